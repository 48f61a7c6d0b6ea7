/**
 * The endpoint without a socket and without a disk, for tests: its scans are what a test says.
 *
 * @module
 */
import { startEventStreams } from "../../lib/http/event-stream.ts";
import { createHandler } from "../../lib/http/handler.ts";
import type { Endpoint } from "../../lib/http/routes.ts";
import { type ReportPoller, startReportPoller } from "../../lib/http/report-poller.ts";
import { classify } from "../../lib/verdict/classify.ts";
import { buildReport, reportCell } from "../../lib/verdict/report.ts";
import type { Report } from "../../lib/contract/report.ts";
import { until } from "./background.ts";
import { type Changes, factsOf, NOON, LIMITS } from "./facts.ts";

/** A report of the cells that these facts describe, by id, with the given labels. */
export function reportOf(
  cells: Readonly<Record<string, Changes>>,
  labels: Readonly<Record<string, Record<string, string>>> = {},
): Report {
  const judged = Object.entries(cells).map(([id, changes]) => {
    const facts = factsOf(changes);
    const cell = { ...reportCell(facts, classify(facts, LIMITS, NOON)), mission_id: id };
    return { ...cell, labels: labels[id] ?? {} };
  });
  const header = { now: new Date(), host: "h", root: "/secret/root", duration_ms: 1 };
  return buildReport(header, judged, []);
}

/** Scans that a test ends: each waits until it is given a report or an error. */
export function scansByHand() {
  let asked = Promise.withResolvers<Report>();
  let isAsked = false;
  return {
    scan: () => {
      isAsked = true;
      asked = Promise.withResolvers<Report>();
      return asked.promise;
    },
    /** Waits until the next scan is asked for. */
    next: () => until(() => isAsked),
    /** Ends the scan under way with a report. */
    async give(report: Report) {
      isAsked = false;
      asked.resolve(report);
      await Bun.sleep(0);
    },
    /** Ends it with an error. */
    async fail(error: Error) {
      isAsked = false;
      asked.reject(error);
      await Bun.sleep(0);
    },
  };
}

/** A poller whose one scan found `report`, at an interval so long that no second comes. */
export async function pollerOf(report: Report, intervalMs = 3_600_000): Promise<ReportPoller> {
  const scans = scansByHand();
  const poller = startReportPoller({ scan: scans.scan, intervalMs });
  await scans.give(report);
  return poller;
}

/** Parts of an endpoint that has neither a store nor orders. */
export const endpointParts = {
  order: async () => new Response("order"),
  takesOrders: false,
  records: async () => null,
  supervision: async () => undefined,
};

/** A handler on `poller`, with everything else as a test wants it. */
export const handlerOf = (poller: ReportPoller, wanted: Partial<Endpoint> = {}) =>
  createHandler({
    poller,
    streams: startEventStreams(poller, 10),
    perCellMetrics: true,
    beat: async () => new Response("beat"),
    page: () => new Response("page"),
    openapi: { openapi: "3.1.0" },
    ...endpointParts,
    ...wanted,
  });

/**
 * The endpoint without a socket and without a disk, for tests: its scans are what a test says.
 *
 * @module
 */
import { startStreams } from "../../lib/edges/http/events.ts";
import { createHandler } from "../../lib/edges/http/handler.ts";
import type { Endpoint } from "../../lib/edges/http/reads.ts";
import { type Source, startSource } from "../../lib/edges/http/source.ts";
import { classify } from "../../lib/rules/classify.ts";
import { makeReport, reportCell } from "../../lib/rules/report.ts";
import type { Report } from "../../lib/schemas/report.ts";
import { type Changes, factsOf, NOON, POLICY } from "./facts.ts";

/** A report of the cells that these facts describe, by id; labels are added as told. */
export function reportOf(
  cells: Readonly<Record<string, Changes>>,
  labels: Readonly<Record<string, Record<string, string>>> = {},
): Report {
  const judged = Object.entries(cells).map(([id, changes]) => {
    const facts = factsOf(changes);
    const cell = { ...reportCell(facts, classify(facts, POLICY, NOON)), mission_id: id };
    return { ...cell, labels: labels[id] ?? {} };
  });
  const header = { now: new Date(), host: "h", root: "/secret/root", duration_ms: 1 };
  return makeReport(header, judged, []);
}

/** Scans that a test ends: each waits until it is given a report or an error. */
export function scansByHand() {
  let asked = Promise.withResolvers<Report>();
  return {
    scan: () => {
      asked = Promise.withResolvers<Report>();
      return asked.promise;
    },
    /** Ends the scan under way with a report. */
    async give(report: Report) {
      asked.resolve(report);
      await Bun.sleep(0);
    },
    /** Ends it with an error. */
    async fail(error: Error) {
      asked.reject(error);
      await Bun.sleep(0);
    },
  };
}

/** A source whose one scan found `report`, at an interval so long that no second comes. */
export async function sourceOf(report: Report, intervalMs = 3_600_000): Promise<Source> {
  const scans = scansByHand();
  const source = startSource({ scan: scans.scan, intervalMs });
  await scans.give(report);
  return source;
}

/** A handler on `source`, with everything else as a test wants it. */
export const handlerOf = (source: Source, wanted: Partial<Endpoint> = {}) =>
  createHandler({
    source,
    streams: startStreams(source, 10),
    perCellMetrics: true,
    beat: async () => new Response("beat"),
    page: () => new Response("page"),
    openapi: { openapi: "3.1.0" },
    ...wanted,
  });

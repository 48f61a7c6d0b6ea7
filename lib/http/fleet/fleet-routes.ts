/**
 * The routes that show a fleet.
 *
 * @module
 */
import { version } from "../../../package.json";
import { isSelected } from "../../fleet/rules/cell-selection.ts";
import { checkFleet } from "../../fleet/rules/fleet-check.ts";
import { hasAnswers } from "../../fleet/rules/fleet-summary.ts";
import { fleetMetrics } from "../../fleet/rules/fleet-metrics.ts";
import { bearerToken, isSameSecret } from "../access.ts";
import { sharedResponse } from "../compression.ts";
import { type EventStreams, streamResponse } from "../event-stream.ts";
import { taggedResponse } from "../etag.ts";
import { errorResponse, httpResponse, jsonResponse } from "../responses.ts";
import { parseSelection, SELECTION_ERRORS } from "./rules/fleet-query.ts";
import type { FleetPoller, FleetSnapshot } from "./fleet-poller.ts";

/** The parts of the endpoint of a fleet. */
export interface FleetEndpoint {
  readonly poller: FleetPoller;
  readonly streams: EventStreams;
  /** If set, required for all paths except the probes and the page. */
  readonly token?: string | undefined;
  /** Allowed `Host` names besides the loopback ones; undefined allows any. */
  readonly hosts?: readonly string[] | undefined;
  /** Where people reach the page, for metrics. */
  readonly publicUrl?: string | undefined;
  /** The OpenAPI document. */
  readonly openapi: object;
  readonly page: (request: Request) => Response | Promise<Response>;
}

/** Handles GET and HEAD of a path; `query` is undecoded. */
export type FleetRouteHandler = (
  endpoint: FleetEndpoint,
  request: Request,
  query: string,
) => Response | Promise<Response>;

const PLAIN = "text/plain; charset=utf-8";

/** Whether the view has a fresh look, and knows anything. */
export function fleetReady({ poller }: FleetEndpoint): Response {
  const why = whyNotReady(poller);
  return why === undefined
    ? httpResponse(200, PLAIN, "ready\n")
    : httpResponse(503, PLAIN, `not ready: ${why}\n`);
}

function whyNotReady(poller: FleetPoller): string | undefined {
  const snapshot = poller.snapshot();
  if (snapshot === undefined) return "no look at the fleet has ended yet";
  if (!poller.isFresh()) return `the last look at the fleet is ${poller.ageSeconds()} s old`;
  const { kind, answered_at, summary } = snapshot.report;
  if (kind === "etcd" && answered_at === null) return "etcd has not answered yet";
  const { total, unknown } = summary.hosts;
  return total > 0 && unknown === total ? "the state of every host is unknown" : undefined;
}

/** The health document; without the token only its status. A lost host is a warning, never a failure. */
export function fleetHealth({ poller, token }: FleetEndpoint, request: Request): Response {
  const status = healthOf(poller);
  const bare = { status, ok: status !== "fail" };
  const isPublic = token !== undefined && !isSameSecret(bearerToken(request), token);
  const { hosts, cells } = poller.snapshot()?.report.summary ?? {};
  const output = whyNotReady(poller);
  const details = { version, ...(output === undefined ? {} : { output }), hosts, cells };
  const body = `${JSON.stringify(isPublic ? bare : { ...bare, ...details })}\n`;
  return httpResponse(status === "fail" ? 503 : 200, "application/health+json", body);
}

function healthOf(poller: FleetPoller): "pass" | "warn" | "fail" {
  const snapshot = poller.snapshot();
  if (snapshot === undefined || whyNotReady(poller) !== undefined) return "fail";
  if (!hasAnswers(snapshot.report.summary)) return "fail";
  return checkFleet(snapshot.report) === "OK" ? "pass" : "warn";
}

/** Answers with what `show` makes of the last look. */
const fromSnapshot =
  (
    show: (
      snapshot: FleetSnapshot,
      request: Request,
      query: string,
      endpoint: FleetEndpoint,
    ) => Response | Promise<Response>,
  ): FleetRouteHandler =>
  (endpoint, request, query) => {
    const snapshot = endpoint.poller.snapshot();
    if (snapshot !== undefined) return show(snapshot, request, query, endpoint);
    return errorResponse(503, "no_look", "No look at the fleet has ended yet.", {
      "Retry-After": "1",
    });
  };

const bodies = new WeakMap<FleetSnapshot, Map<string, Blob>>();

/** A body that is made once for each look. */
function bodyOf(snapshot: FleetSnapshot, name: string, make: () => string): Blob {
  const made = bodies.get(snapshot) ?? new Map<string, Blob>();
  bodies.set(snapshot, made);
  const body = made.get(name) ?? new Blob([make()]);
  made.set(name, body);
  return body;
}

/** The report without its cells. */
export const fleetOverview = fromSnapshot((snapshot, request) => {
  const { cells: _, ...overview } = snapshot.report;
  const body = bodyOf(snapshot, "overview", () => `${JSON.stringify(overview)}\n`);
  return taggedResponse(request, { type: "application/json", body }, snapshot.etag);
});

/** The cells that the query selects. */
export const fleetCells = fromSnapshot(({ report }, _, query) => {
  const selection = parseSelection(query);
  if (typeof selection === "string") return errorResponse(400, ...SELECTION_ERRORS[selection]);
  const { generated_at, current_until } = report;
  const cells = report.cells.filter((cell) => isSelected(cell, selection));
  return jsonResponse(200, { generated_at, current_until, cells });
});

/** One host, and its last report; null if none could be read. */
export const fleetHost = (name: string): FleetRouteHandler =>
  fromSnapshot(({ report, facts }) => {
    const host = report.hosts.find((each) => each.name === name);
    if (host === undefined)
      return errorResponse(404, "no_such_host", "The fleet has no such host.");
    const last = facts.hosts.find((each) => each.name === name)?.report ?? null;
    const { generated_at, current_until } = report;
    return jsonResponse(200, { generated_at, current_until, host, report: last });
  });

export const fleetMetricsRoute = fromSnapshot((snapshot, request, _, { publicUrl }) => {
  const origin = { version, publicUrl };
  const body = bodyOf(snapshot, "metrics", () => fleetMetrics(snapshot.report, origin));
  return sharedResponse(request, { type: "text/plain; version=0.0.4; charset=utf-8", body });
});

/** The stream of events. */
export const fleetEvents = ({ streams }: FleetEndpoint, request: Request): Response =>
  streamResponse(streams, request);

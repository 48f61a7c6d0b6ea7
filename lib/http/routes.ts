/**
 * The routes that show the last scan.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { version } from "../../package.json";
import { cellDetail } from "./rules/cell-detail.ts";
import { healthDocument, healthStatus, type LastScan, staleReason } from "./rules/health.ts";
import type { CellRecords } from "../contract/cell-records.ts";
import type { Supervision } from "../contract/supervision.ts";
import { bearerToken, isSameSecret } from "./access.ts";
import { errorResponse, httpResponse, jsonResponse } from "./responses.ts";
import { type EventStreams, streamResponse } from "./event-stream.ts";
import type { ReportPoller } from "./report-poller.ts";

/** The parts of an endpoint. */
export interface Endpoint {
  readonly poller: ReportPoller;
  readonly streams: EventStreams;
  /** If set, required for all paths except the probes, the page and the OpenAPI document. */
  readonly token?: string | undefined;
  /** Allowed `Host` names besides the loopback ones; undefined allows any. */
  readonly hosts?: readonly string[] | undefined;
  readonly perCellMetrics: boolean;
  /** Where people reach the page, for metrics. */
  readonly publicUrl?: string | undefined;
  /** Handles a beat for the cell `id`. */
  readonly beat: (request: Request, id: string) => Promise<Response>;
  /** Handles an order. */
  readonly order: (request: Request) => Promise<Response>;
  readonly takesOrders: boolean;
  /** What is stored about a cell. */
  readonly records: (id: string) => Promise<CellRecords | null>;
  /** What metrics say of supervise. */
  readonly supervision: () => Promise<Supervision | undefined>;
  readonly page: (request: Request) => Response | Promise<Response>;
  /** The OpenAPI document. */
  readonly openapi: object;
}

/** Handles GET and HEAD of a path. */
export type RouteHandler = (
  endpoint: Endpoint,
  request: Request,
  query: string,
) => Response | Promise<Response>;

/** Whether the server responds and the producer of its reports is working, as text. */
export const live = ({ poller }: Endpoint): Response =>
  poller.isProducing()
    ? httpResponse(200, "text/plain; charset=utf-8", "ok\n")
    : httpResponse(503, "text/plain; charset=utf-8", "not live: the rounds have stopped\n");

/** Whether the last scan is fresh, as text. */
export function ready({ poller }: Endpoint): Response {
  const lastScan = poller.lastScan();
  const text = lastScan.isFresh ? "ready\n" : `not ready: ${staleReason(lastScan)}\n`;
  return httpResponse(lastScan.isFresh ? 200 : 503, "text/plain; charset=utf-8", text);
}

/** The health document; without the token only its status. */
export function health(endpoint: Endpoint, request: Request): Response {
  const { poller, token } = endpoint;
  const details = token === undefined || isSameSecret(bearerToken(request), token);
  const { status, body } = cachedHealth(endpoint, poller.lastScan(), details);
  return httpResponse(status, "application/health+json", body);
}

/** A serialized health document and what it was created from. */
interface CachedHealth {
  readonly lastScan: LastScan;
  readonly details: boolean;
  readonly status: number;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The last health document of each endpoint: it changes once a second, for many requests. */
const healthCache = new WeakMap<Endpoint, CachedHealth>();

function cachedHealth(endpoint: Endpoint, lastScan: LastScan, details: boolean): CachedHealth {
  const cached = healthCache.get(endpoint);
  if (cached?.details === details && isSameScan(cached.lastScan, lastScan)) return cached;
  const status = healthStatus(lastScan) === "fail" ? 503 : 200;
  const text = `${JSON.stringify(healthDocument(lastScan, version, details))}\n`;
  const fresh = { lastScan, details, status, body: new TextEncoder().encode(text) };
  healthCache.set(endpoint, fresh);
  return fresh;
}

const isSameScan = (one: LastScan, other: LastScan): boolean =>
  one.report === other.report &&
  one.ageSeconds === other.ageSeconds &&
  one.isFresh === other.isFresh;

export const noScanResponse = () =>
  errorResponse(503, "no_scan", "No scan has succeeded yet.", { "Retry-After": "1" });

/** The stream of events. */
export const events = ({ streams }: Endpoint, request: Request): Response =>
  streamResponse(streams, request);

/** One cell of the last report, the rule behind its status, and its changes. */
export async function cell(endpoint: Endpoint, id: string): Promise<Response> {
  const { poller, takesOrders } = endpoint;
  const snapshot = poller.snapshot();
  if (snapshot === undefined) return noScanResponse();
  const found = snapshot.cells.find(id);
  if (found === undefined)
    return errorResponse(404, "no_such_cell", "The last scan found no such cell.");
  const records = await endpoint.records(id);
  const more = { changes: poller.changesOf(id), records, takes_orders: takesOrders };
  return jsonResponse(200, cellDetail(found, more));
}

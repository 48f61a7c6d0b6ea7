/**
 * What can be read over HTTP: the last scan, in its several forms.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { version } from "../../../package.json";
import { ROWS, type Row } from "../../rules/classify.ts";
import { healthDocument, healthStatus, type Knowledge, staleness } from "../../rules/health.ts";
import { metricsText } from "../../rules/metrics.ts";
import { isResting } from "../../rules/report.ts";
import { EVERYTHING, type Filter, selectFrom } from "../../rules/select.ts";
import { type ReportCell, Status } from "../../schemas/report.ts";
import { bearerOf, isSameSecret } from "./access.ts";
import { answer, answerJson, refuse } from "./answer.ts";
import type { Streams } from "./events.ts";
import type { Source } from "./source.ts";

/** What an endpoint is made of. */
export interface Endpoint {
  readonly source: Source;
  readonly streams: Streams;
  /** Asked of every reader of more than the bare status, where it is set. */
  readonly token?: string | undefined;
  /** The names under which this endpoint may be asked, beside the loopback ones; undefined for any. */
  readonly hosts?: readonly string[] | undefined;
  readonly perCellMetrics: boolean;
  /** Takes a beat over HTTP. */
  readonly beat: (request: Request, id: string) => Promise<Response>;
  readonly page: () => Response;
  /** The description of all this. */
  readonly openapi: object;
}

/** How a path is read. */
export type Get = (
  endpoint: Endpoint,
  request: Request,
  query: string,
) => Response | Promise<Response>;

/** Whether the last scan is fresh, as text. */
export function ready({ source }: Endpoint): Response {
  const knowledge = source.knowledge();
  const text = knowledge.isFresh ? "ready\n" : `not ready: ${staleness(knowledge)}\n`;
  return answer(knowledge.isFresh ? 200 : 503, "text/plain; charset=utf-8", text);
}

/** The health document; without the token only its status. */
export function health(endpoint: Endpoint, request: Request): Response {
  const { source, token } = endpoint;
  const details = token === undefined || isSameSecret(bearerOf(request), token);
  const { status, body } = toldHealth(endpoint, source.knowledge(), details);
  return answer(status, "application/health+json", body);
}

/** A health document as it goes over the wire, and what it was made from. */
interface ToldHealth {
  readonly knowledge: Knowledge;
  readonly details: boolean;
  readonly status: number;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The last one of each endpoint: many ask, and it changes once a second. */
const lastTold = new WeakMap<Endpoint, ToldHealth>();

function toldHealth(endpoint: Endpoint, knowledge: Knowledge, details: boolean): ToldHealth {
  const last = lastTold.get(endpoint);
  if (last?.details === details && isSameKnowledge(last.knowledge, knowledge)) return last;
  const status = healthStatus(knowledge) === "fail" ? 503 : 200;
  const text = `${JSON.stringify(healthDocument(knowledge, version, details))}\n`;
  const told = { knowledge, details, status, body: new TextEncoder().encode(text) };
  lastTold.set(endpoint, told);
  return told;
}

const isSameKnowledge = (one: Knowledge, other: Knowledge): boolean =>
  one.report === other.report &&
  one.ageSeconds === other.ageSeconds &&
  one.isFresh === other.isFresh;

export const NO_SCAN = () =>
  refuse(503, "no_scan", "No scan has succeeded yet.", { "Retry-After": "1" });

/** The last report, or the part of it that a query asks for. */
export function report({ source }: Endpoint, request: Request, query: string): Response {
  const snapshot = source.snapshot();
  if (snapshot === undefined) return NO_SCAN();
  const filter = readFilter(new URLSearchParams(query));
  if (filter === undefined)
    return refuse(
      400,
      "bad_filter",
      `Filter by status (${Status.options.join(", ")}) and label (name=value).`,
    );
  const headers = { ETag: snapshot.etag, "Cache-Control": "no-cache", Vary: "Authorization" };
  if (matches(request.headers.get("If-None-Match"), snapshot.etag))
    return answer(304, "application/json", null, headers);
  const body =
    filter === EVERYTHING
      ? snapshot.json
      : `${JSON.stringify(selectFrom(snapshot.report, filter))}\n`;
  return answer(200, "application/json", body, headers);
}

/** The filter of a query; undefined when it asks for what there is not. */
function readFilter(query: URLSearchParams): Filter | undefined {
  if (query.size === 0) return EVERYTHING;
  if ([...query.keys()].some((name) => name !== "status" && name !== "label")) return undefined;
  const asked = query.getAll("status").flatMap((list) => list.split(","));
  const statuses = Status.options.filter((status) => asked.includes(status));
  if (statuses.length !== new Set(asked).size) return undefined;
  return {
    statuses: asked.length === 0 ? Status.options : statuses,
    labels: query.getAll("label"),
  };
}

const matches = (given: string | null, etag: string): boolean =>
  given !== null &&
  (given.trim() === "*" ||
    given.split(",").some((each) => each.trim().replace(/^W\//, "") === etag));

const TOO_MANY = () =>
  refuse(503, "too_many_clients", "As many clients as may be are listening.", {
    "Retry-After": "30",
  });

/** The stream of events. */
export function events({ streams }: Endpoint, request: Request): Response {
  if (request.method === "HEAD") return answer(200, "text/event-stream", null);
  return streams.open() ?? TOO_MANY();
}

/** The last report as metrics. */
export function metrics({ source, perCellMetrics }: Endpoint): Response {
  const snapshot = source.snapshot();
  if (snapshot === undefined) return NO_SCAN();
  const text = metricsText(snapshot.report, {
    version,
    errors: source.errors(),
    perCell: perCellMetrics,
  });
  return answer(200, "text/plain; version=0.0.4; charset=utf-8", text);
}

/** One cell of the last report, and the rule that decided. */
export function cell({ source }: Endpoint, id: string): Response {
  const snapshot = source.snapshot();
  if (snapshot === undefined) return NO_SCAN();
  const found = snapshot.report.cells.find(({ mission_id }) => mission_id === id);
  if (found === undefined) return refuse(404, "no_such_cell", "The last scan found no such cell.");
  const row = rowOf(found);
  return answerJson(200, { cell: found, row, because: ROWS[row], changes: source.changesOf(id) });
}

const rowOf = (found: ReportCell): Row => (isResting(found) ? "resting" : found.status);

/**
 * The last report over HTTP, complete or filtered by a query.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import * as v from "valibot";
import { MAX_VALUE_LENGTH, MAX_VALUES, parseQuery, type QueryFault } from "./rules/query.ts";
import {
  type Filter,
  type CellIndex,
  indexCells,
  matchingRanges,
} from "../verdict/report-filter.ts";
import { type Report, Status } from "../contract/report.ts";
import { taggedJson, taggedResponse } from "./etag.ts";
import { errorResponse } from "./responses.ts";
import { type Endpoint, noScanResponse } from "./routes.ts";

/** The last report, filtered by the query. */
export function report(
  endpoint: Endpoint,
  request: Request,
  query: string,
): Response | Promise<Response> {
  const snapshot = endpoint.poller.snapshot();
  if (snapshot === undefined) return noScanResponse();
  const filter = query === "" ? undefined : parseFilter(query);
  if (typeof filter === "string") return errorResponse(400, ...FILTER_ERRORS[filter]);
  const { etag, json: body } = snapshot;
  if (filter === undefined)
    return taggedResponse(request, { type: "application/json", body }, etag);
  const parts = () => serializedParts(endpoint, snapshot.report);
  return taggedJson(request, etag, () => filteredJson(parts(), filter));
}

type FilterFault = QueryFault | "unknown_status";

const BAD_FILTER = [
  "bad_filter",
  `Filter by status (${Status.options.join(", ")}) and label (name=value).`,
] as const;

/** The error code and message for each fault of a filter. */
const FILTER_ERRORS: Readonly<Record<FilterFault, readonly [code: string, message: string]>> = {
  unknown_parameter: BAD_FILTER,
  unknown_status: BAD_FILTER,
  too_many_values: ["too_many_values", `A parameter has at most ${MAX_VALUES} values.`],
  too_long_value: ["too_long_value", `A value has at most ${MAX_VALUE_LENGTH} characters.`],
};

const isStatus = (text: string): text is Status => v.is(Status, text);

/** The filter of a query; without statuses it passes all of them. */
function parseFilter(text: string): Filter | FilterFault {
  const query = parseQuery(text, { status: { separator: "," }, label: {} });
  if (typeof query === "string") return query;
  const [statuses = [], labels = []] = [query.get("status"), query.get("label")];
  if (!statuses.every(isStatus)) return "unknown_status";
  return { statuses: statuses.length === 0 ? Status.options : statuses, labels };
}

/** A report's JSON as bytes, from which filtered reports are copied without serializing again. */
interface SerializedParts {
  readonly report: Report;
  readonly index: CellIndex;
  /** The text before the cells, each cell followed by a comma, and the text after them. */
  readonly bytes: Buffer;
  /** Offsets in `bytes` of each cell, and of the end of the last one. */
  readonly starts: readonly number[];
  /** Buffer for filtered reports, used for one after the other. */
  readonly scratch: Uint8Array<ArrayBuffer>;
}

/** The parts of each endpoint's last report: it changes once a second, for many requests. */
const partsCache = new WeakMap<Endpoint, SerializedParts>();

function serializedParts(endpoint: Endpoint, current: Report): SerializedParts {
  const cached = partsCache.get(endpoint);
  if (cached?.report === current) return cached;
  const parts = serialize(current);
  partsCache.set(endpoint, parts);
  return parts;
}

/** Strings in JSON cannot match the key, because their quotes are escaped; `cells` of the report is first. */
function serialize(current: Report): SerializedParts {
  const key = '"cells":[';
  const frame = `${JSON.stringify({ ...current, cells: [] })}\n`;
  const cellsAt = frame.indexOf(key) + key.length;
  const cells = current.cells.map((cell) => `${JSON.stringify(cell)},`);
  const starts = [Buffer.byteLength(frame.slice(0, cellsAt))];
  for (const text of cells) starts.push((starts.at(-1) ?? 0) + Buffer.byteLength(text));
  const bytes = Buffer.from([frame.slice(0, cellsAt), ...cells, frame.slice(cellsAt)].join(""));
  const scratch = new Uint8Array(bytes.length);
  return { report: current, index: indexCells(current.cells), bytes, starts, scratch };
}

/**
 * The filtered report, valid until the next call: a Response copies it at once. Reusing the buffer
 * is several times cheaper than allocating new pages.
 */
function filteredJson(
  { index, bytes, starts, scratch }: SerializedParts,
  filter: Filter,
): Uint8Array<ArrayBuffer> {
  const start = (cell: number): number => starts[cell] ?? bytes.length;
  const runs = matchingRanges(index, filter);
  let length = bytes.copy(scratch, 0, 0, start(0));
  for (const { from, to } of runs) length += bytes.copy(scratch, length, start(from), start(to));
  // Drops the comma after the last cell.
  if (runs.length > 0) length -= 1;
  length += bytes.copy(scratch, length, start(index.size));
  return scratch.subarray(0, length);
}

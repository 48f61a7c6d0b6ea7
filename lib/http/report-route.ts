/**
 * The last report over HTTP, complete or filtered by a query.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import * as v from "valibot";
import { MAX_VALUE_LENGTH, MAX_VALUES, parseQuery, type QueryFault } from "./rules/query.ts";
import type { Filter } from "../verdict/report-filter.ts";
import { Status } from "../contract/report.ts";
import { taggedJson, taggedResponse } from "./etag.ts";
import { filteredContent } from "./filtered-report.ts";
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
  const { etag } = snapshot;
  if (filter === undefined)
    return taggedResponse(request, { type: "application/json", body: snapshot.body }, etag);
  return taggedJson(request, etag, () => filteredContent(snapshot, filter));
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

/**
 * Responses for readers that have the last one already.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { type ExtraHeaders, httpResponse } from "./responses.ts";

/**
 * What `respond` makes with the headers of a tagged response in JSON; 304 for a reader that names the
 * ETag.
 */
export function taggedResponse(
  request: Request,
  etag: string,
  respond: (headers: ExtraHeaders) => Response | Promise<Response>,
): Response | Promise<Response> {
  const headers = {
    ETag: etag,
    "Cache-Control": "no-cache",
    Vary: "Authorization, Accept-Encoding",
  };
  return matches(request.headers.get("If-None-Match"), etag)
    ? httpResponse(304, "application/json", null, headers)
    : respond(headers);
}

/**
 * Whether `If-None-Match` contains the ETag. A quoted tag contains no quotes, so a text search is
 * exact; to parse a list of thousands would cost more than the report.
 */
const matches = (header: string | null, etag: string): boolean =>
  header !== null && (header.trim() === "*" || header.includes(etag));

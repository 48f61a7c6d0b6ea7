/**
 * Responses that clients and caches may keep, and ask about again by their ETag.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { sharedResponse, type SharedBody, sharedTag } from "./compression.ts";
import { partedResponse } from "./parted-response.ts";
import { PartedText } from "./parted-text.ts";
import { type ExtraHeaders, httpResponse, type ResponseBody } from "./responses.ts";

const headersOf = (etag: string): ExtraHeaders => ({
  ETag: etag,
  "Cache-Control": "no-cache",
  Vary: "Authorization, Accept-Encoding",
});

/**
 * Whether `If-None-Match` contains the ETag, weak or not: proxies weaken it. A quoted tag contains no quotes, so a text search is
 * exact; to parse a list of thousands would cost more than the report.
 */
function isKnown(request: Request, etag: string): boolean {
  const header = request.headers.get("If-None-Match");
  if (header === null) return false;
  return header.trim() === "*" || header.includes(etag.replace(/^W\//, ""));
}

/**
 * A shared body with its ETag; 304 to a client that has it. Both have the tag of the form that the
 * client gets, compressed or not, because a cache keeps that one.
 */
export const taggedResponse = (
  request: Request,
  shared: SharedBody,
  etag: string,
): Response | Promise<Response> => {
  const own = sharedTag(request, shared, etag);
  return isKnown(request, own)
    ? httpResponse(304, shared.type, null, headersOf(own))
    : sharedResponse(request, shared, headersOf(etag));
};

/** A JSON body that is made for one client, and is never compressed; 304 to a client that has it. */
export function taggedJson(
  request: Request,
  etag: string,
  make: () => ResponseBody | PartedText,
): Response | Promise<Response> {
  const [type, headers] = ["application/json", headersOf(etag)];
  if (isKnown(request, etag)) return httpResponse(304, type, null, headers);
  const body = make();
  return body instanceof PartedText
    ? partedResponse(request, type, body, headers)
    : httpResponse(200, type, body, headers);
}

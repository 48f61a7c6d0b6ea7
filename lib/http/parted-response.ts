/**
 * A response with a long text, in parts.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import type { PartedText } from "./parted-text.ts";
import { type ExtraHeaders, httpResponse } from "./responses.ts";

/** Only the response to HEAD tells the length: before GET, all parts would have to be made twice. */
export async function partedResponse(
  request: Request,
  type: string,
  text: PartedText,
  headers: ExtraHeaders,
): Promise<Response> {
  if (request.method !== "HEAD") return httpResponse(200, type, text.stream(), headers);
  const length = `${await text.byteLength()}`;
  return httpResponse(200, type, null, { ...headers, "Content-Length": length });
}

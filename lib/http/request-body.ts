/**
 * Reads the bodies of requests.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { readBoundedText } from "../base/bounded-text.ts";
import { DEPTH_LIMIT, isTooDeep, parseUntrusted } from "../base/untrusted-json.ts";
import { errorResponse } from "./responses.ts";

/** The largest accepted body, in bytes; a heartbeat file holds a little more. */
export const BODY_LIMIT = 32 * 1024;
/** How long a client may take to send the body. */
const BODY_TIMEOUT_MS = 10_000;

const tooLarge = (noun: string) =>
  errorResponse(413, "too_large", `The ${noun} may have at most ${BODY_LIMIT} bytes.`, {
    Connection: "close",
  });

const tooSlow = (noun: string) =>
  errorResponse(408, "too_slow", `The ${noun} did not arrive in time.`, { Connection: "close" });

/** The body, called `noun` in messages, as text, or the error: too large, too slow, or not UTF-8. */
async function readBody(request: Request, noun: string): Promise<string | Response> {
  if (Number(request.headers.get("Content-Length") ?? 0) > BODY_LIMIT) return tooLarge(noun);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<Response>((resolve) => {
    timer = setTimeout(() => resolve(tooSlow(noun)), BODY_TIMEOUT_MS);
  });
  try {
    return (await Promise.race([readAll(request), deadline])) ?? tooLarge(noun);
  } catch {
    return errorResponse(400, "bad_request", `The ${noun} is incomplete or not UTF-8.`);
  } finally {
    clearTimeout(timer);
  }
}

async function readAll({ body, headers, signal }: Request): Promise<string | undefined> {
  const text = await readBoundedText(body, BODY_LIMIT, { fatal: true });
  // Bun refuses what follows the last chunk, such as a trailer, and aborts the request a moment after
  // the body's end: what its client sees refused must not be done.
  if (headers.has("Transfer-Encoding")) await new Promise((resolve) => setImmediate(resolve));
  if (signal.aborted) throw new Error("The request was refused after its body");
  return text;
}

/** The response to a body that does not match its schema. */
export const malformed = (message: string): Response => errorResponse(422, "malformed", message);

/** The body's JSON, or the error; `noun` names the body in messages. */
export async function readJsonBody(
  request: Request,
  noun: string,
): Promise<{ readonly json: unknown } | Response> {
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers.get("Content-Type") ?? ""))
    return errorResponse(415, "unsupported_media_type", `Send the ${noun} as application/json.`);
  const text = await readBody(request, noun);
  if (text instanceof Response) return text;
  if (isTooDeep(text)) return malformed(`The ${noun} is nested more than ${DEPTH_LIMIT} deep.`);
  const json = parseUntrusted(text);
  if (json.outcome === "read") return { json: json.value };
  return errorResponse(422, "not_json", `The ${noun} is not JSON.`);
}

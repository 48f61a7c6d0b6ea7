/**
 * Answers over HTTP, in one style: no caching, no sniffing, errors as JSON.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */

const COMMON = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
} as const;

/** What an answer may carry. */
export type Body = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;

export type Headers = Readonly<Record<string, string>>;

/** An answer with a body of the given type. */
export const answer = (status: number, type: string, body: Body, headers: Headers = {}): Response =>
  new Response(body, { status, headers: { ...COMMON, "Content-Type": type, ...headers } });

/** An answer in JSON. */
export const answerJson = (status: number, value: unknown, headers: Headers = {}): Response =>
  answer(status, "application/json", `${JSON.stringify(value)}\n`, headers);

/** A refusal: a word for programs and a sentence for people, which never quotes the request. */
export const refuse = (
  status: number,
  code: string,
  message: string,
  headers: Headers = {},
): Response => answerJson(status, { error: { code, message } }, headers);

/** The same answer without its body, for HEAD. */
export function withoutBody(response: Response): Response {
  void response.body?.cancel();
  return new Response(null, response);
}

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
export type Body = string | Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;

export type Extra = Readonly<Record<string, string>>;

/** The headers of each type, made once: to make them is a quarter of a small answer's cost. */
const ofType = new Map<string, Headers>();

/** An answer with a body of the given type. */
export function answer(status: number, type: string, body: Body, extra?: Extra): Response {
  if (extra !== undefined)
    return new Response(body, { status, headers: { ...COMMON, "Content-Type": type, ...extra } });
  const headers = ofType.get(type) ?? new Headers({ ...COMMON, "Content-Type": type });
  ofType.set(type, headers);
  return new Response(body, { status, headers });
}

/** An answer in JSON. */
export const answerJson = (status: number, value: unknown, extra?: Extra): Response =>
  answer(status, "application/json", `${JSON.stringify(value)}\n`, extra);

/** A refusal: a word for programs and a sentence for people, which never quotes the request. */
export const refuse = (status: number, code: string, message: string, extra?: Extra): Response =>
  answerJson(status, { error: { code, message } }, extra);

/** The same answer without its body, for HEAD: its length is still told. */
export async function withoutBody(answered: Response | Promise<Response>): Promise<Response> {
  const response = await answered;
  if (response.body === null) return response;
  const { byteLength } = await response.arrayBuffer();
  const headers = { ...Object.fromEntries(response.headers), "Content-Length": `${byteLength}` };
  return new Response(null, { status: response.status, headers });
}

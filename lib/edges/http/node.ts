/**
 * A handler in a server of node:http, and in what is built on it, such as Express.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { answerBug } from "./bug.ts";
import type { Handler } from "./handler.ts";

/** Answers one request of node:http, or leaves it to `next`. */
export type NodeListener = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  next?: () => void,
) => Promise<void>;

/** The handler as a listener of node:http; what is none of its paths goes on to `next`. */
export function nodeAdapter(handler: Handler): NodeListener {
  return async (incoming, outgoing, next = () => notFound(outgoing)) => {
    const request = requestOf(incoming);
    const response = request && (await answerTo(request, handler));
    if (response === undefined) return next();
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.flushHeaders();
    if (response.body === null) return void outgoing.end();
    // A client that hangs up ends the answer; that is its right.
    await pipeline(Readable.fromWeb(response.body as never), outgoing).catch(() => {});
  };
}

/** The handler's answer; a bug in it must not end the gateway. */
async function answerTo(request: Request, handler: Handler): Promise<Response | undefined> {
  try {
    return await handler(request);
  } catch (error) {
    return answerBug(error);
  }
}

/** The request as the platform has it; undefined for a method or an address that it cannot be. */
function requestOf(incoming: IncomingMessage): Request | undefined {
  const { method = "GET", url = "/" } = incoming;
  if (!url.startsWith("/")) return undefined;
  const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const body = ["GET", "HEAD"].includes(method) ? null : bodyOf(incoming);
  try {
    return new Request(`http://localhost${url}`, {
      method,
      headers,
      body,
      duplex: "half",
    } as never);
  } catch {
    return undefined;
  }
}

/** The body, not touched before somebody reads it: the gateway may be the one to do so. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let chunks: AsyncIterator<Uint8Array> | undefined;
  return new ReadableStream(
    {
      async pull(controller) {
        chunks ??= (incoming as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
}

function notFound(outgoing: ServerResponse): void {
  outgoing.writeHead(404).end();
}

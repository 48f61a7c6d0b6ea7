/**
 * Adapts the handler to node:http and frameworks based on it, such as Express.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { bugResponse } from "../bug-response.ts";
import type { Handler } from "../handler.ts";

/** Handles one request of node:http, or leaves it to `next`. */
export type NodeListener = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  next?: () => void,
) => Promise<void>;

/** The handler as a listener of node:http; requests for other paths go to `next`. */
export function nodeAdapter(handler: Handler): NodeListener {
  return async (incoming, outgoing, next = () => notFound(outgoing)) => {
    const request = requestOf(incoming);
    const response = request && (await handleSafely(request, handler));
    if (response === undefined) return next();
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.flushHeaders();
    if (response.body === null) return void outgoing.end();
    // Fails when the client disconnects, which is not an error.
    await pipeline(Readable.fromWeb(response.body as never), outgoing).catch(() => {});
  };
}

/** Calls the handler; a bug in it must not end the gateway. */
async function handleSafely(request: Request, handler: Handler): Promise<Response | undefined> {
  try {
    return await handler(request);
  } catch (error) {
    return bugResponse(error);
  }
}

/** The request in the Fetch API; undefined if its method or URL is invalid there. */
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

/** The body, not read until needed: the gateway may read it itself. */
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

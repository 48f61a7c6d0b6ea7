/**
 * A handler on a real socket, until it is told to stop.
 *
 * @module
 */
import { refuse } from "./answer.ts";
import { answerBug } from "./bug.ts";
import type { Streams } from "./events.ts";
import type { Handler } from "./handler.ts";
import { type Address, clearSocket, listenFailure, withSocketMode } from "./listen.ts";
import { BODY_LIMIT } from "./relay.ts";

/** Seconds without a byte after which a connection is closed; streams send something more often. */
const IDLE_SECONDS = 10;
/** How long requests in flight may take once the server stops. */
const DRAIN_MS = 4000;

/** A server at work. */
export interface Serving {
  /** Where it is, for people: a URL or `unix:/path`. */
  readonly address: string;
  /** Takes no more connections, lets those in flight finish, and ends the streams. */
  stop(): Promise<void>;
}

/**
 * Serves `handler` at `address`.
 *
 * @throws {OperatorError} when it cannot listen there.
 */
export async function serve(
  address: Address,
  handler: Handler,
  streams: Streams,
): Promise<Serving> {
  if ("unix" in address) await clearSocket(address.unix);
  const server = listen(address, handler);
  return {
    address:
      "unix" in address
        ? `unix:${address.unix}`
        : `http://${hostOf(address.hostname)}:${server.port}/`,
    async stop() {
      // A unix socket is removed by this, once: what is there later is another server's.
      const drained = server.stop();
      streams.close();
      await Promise.race([drained, Bun.sleep(DRAIN_MS)]);
      await server.stop(true);
    },
  };
}

const hostOf = (name: string): string => (name.includes(":") ? `[${name}]` : name);

function listen(address: Address, handler: Handler) {
  const serveAt = (where: Address) =>
    Bun.serve({
      ...(where as { hostname: string; port: number }),
      // Else an error is answered with a page that shows source.
      development: false,
      // Else, out of development, a second server would silently share the port.
      reusePort: false,
      idleTimeout: IDLE_SECONDS,
      maxRequestBodySize: 2 * BODY_LIMIT,
      fetch: (request: Request) =>
        handler(request) ?? refuse(404, "not_found", "There is nothing here."),
      error: answerBug,
    });
  try {
    return "unix" in address
      ? withSocketMode(address.unix, () => serveAt(address))
      : serveAt(address);
  } catch (error) {
    throw listenFailure(error, address);
  }
}

/**
 * Serves a handler on a socket.
 *
 * @module
 */
import { printable } from "../../base/printable.ts";
import { queueStderr } from "../../host/stdio/async-stderr.ts";
import { errorResponse } from "../responses.ts";
import { bugResponse } from "../bug-response.ts";
import type { EventStreams } from "../event-stream.ts";
import type { Handler } from "../handler.ts";
import { type Address, listenError, withSocketMode } from "./listen.ts";
import { BODY_LIMIT } from "../request-body.ts";
import { PROGRAM } from "./file-changes.ts";
import type { TlsPair } from "./tls-files.ts";

/** A connection without traffic is closed after this time; event streams send comments more often. */
const IDLE_SECONDS = 10;
/** How long open requests may take after the server has stopped listening. */
const DRAIN_MS = 4000;

/** How long to wait before listening is tried again, after a new certificate. */
const RETRY_MS = 1000;

/** A server that is listening. */
export interface RunningServer {
  /** For people: a URL or `unix:/path`. */
  readonly address: string;
  /** Uses another certificate from now on; open connections keep theirs. */
  readonly renew: (tls: TlsPair) => void;
  /** Stops listening, finishes open requests, and ends the streams. */
  stop(): Promise<void>;
}

type Server = ReturnType<typeof listen>;

/** What is served, and how. */
interface Service {
  readonly handler: Handler;
  readonly streams: EventStreams;
  readonly tls: TlsPair | undefined;
}

/**
 * Serves `handler` at `address`. A stale unix socket must have been removed before.
 *
 * @throws {OperatorError} when it cannot listen there.
 */
export function startServer(address: Address, service: Service): RunningServer {
  const { handler, streams, tls } = service;
  let server = listen(address, handler, tls);
  const port = server.port ?? 0;
  const servers = new Set([server]);
  let isStopped = false;
  let retry: ReturnType<typeof setTimeout> | undefined;

  /** Bun cannot change the certificate of a server: another one takes its place at the port. */
  function renew(pair: TlsPair): void {
    if (isStopped || "unix" in address) return;
    // A retry with an older pair would end the server that has this one.
    clearTimeout(retry);
    const before = server;
    void before.stop().then(() => servers.delete(before));
    try {
      server = listen({ ...address, port }, handler, pair);
      servers.add(server);
    } catch (error) {
      queueStderr(`${PROGRAM}: ${printable(String(error))}; trying again\n`);
      retry = setTimeout(() => renew(pair), RETRY_MS);
    }
  }

  return {
    address: "unix" in address ? `unix:${address.unix}` : urlOf(address.hostname, port, tls),
    renew,
    async stop() {
      isStopped = true;
      await stopAll([...servers], streams);
    },
  };
}

async function stopAll(servers: readonly Server[], streams: EventStreams): Promise<void> {
  // This removes the unix socket. A socket that appears there later is another server's.
  const drained = Promise.all(servers.map((server) => server.stop()));
  streams.close();
  await Promise.race([drained, Bun.sleep(DRAIN_MS)]);
  await Promise.all(servers.map((server) => server.stop(true)));
}

const urlOf = (name: string, port: number, tls: TlsPair | undefined): string =>
  `http${tls === undefined ? "" : "s"}://${name.includes(":") ? `[${name}]` : name}:${port}/`;

function listen(address: Address, handler: Handler, tls: TlsPair | undefined) {
  const serveAt = (where: Address) =>
    Bun.serve({
      ...(where as { hostname: string; port: number }),
      ...(tls === undefined ? {} : { tls: { cert: tls.cert, key: tls.key } }),
      // In development mode, the error page shows source code.
      development: false,
      // Otherwise a second server would share the port without an error.
      reusePort: false,
      idleTimeout: IDLE_SECONDS,
      maxRequestBodySize: 2 * BODY_LIMIT,
      fetch: (request: Request) =>
        handler(request) ?? errorResponse(404, "not_found", "No such path."),
      error: bugResponse,
    });
  try {
    return "unix" in address
      ? withSocketMode(address.unix, () => serveAt(address))
      : serveAt(address);
  } catch (error) {
    throw listenError(error, address);
  }
}

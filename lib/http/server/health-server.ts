/**
 * The health endpoint as a server: a scanner, the handler, a socket.
 *
 * @module
 */
import { printable } from "../../base/printable.ts";
import { EXIT, OperatorError } from "../../base/errors.ts";
import type { Report } from "../../contract/report.ts";
import type { Settings } from "../../contract/settings.ts";
import { flushStderr, queueStderr } from "../../host/stdio/async-stderr.ts";
import { openRoot } from "../../host/files/directory.ts";
import { withProbeCache } from "../probe-cache.ts";
import { createBeatWriter, createScanner } from "./disk-worker.ts";
import { type Address, isLocal, removeStaleSocket } from "./listen.ts";
import { mountHealth } from "../embed/embed.ts";
import type { WriteBeat } from "../heartbeat-route.ts";
import { watchSecrets } from "./secret-files.ts";
import { type RunningServer, startServer } from "./serve.ts";
import { createStoreAccess } from "./store-worker.ts";
import { type TlsPair, watchTlsPair } from "./tls-files.ts";
import type { ReportSource } from "../report-poller.ts";
import { waitForStopSignal } from "../../host/programs/shutdown.ts";
import type { PackedReport } from "../../view/packed-cells.ts";
import { printText } from "../../host/stdio/stdio.ts";

/** The options of the endpoint, as given by flags. */
export interface EndpointOptions {
  readonly address: Address;
  readonly token: string | undefined;
  readonly beatSecret: string | undefined;
  /** The files of these, which are read again when they change. */
  readonly tokenFile?: string | undefined;
  readonly beatSecretFile?: string | undefined;
  readonly tls?: TlsPair | undefined;
  readonly operatorToken?: string | undefined;
  readonly operatorTokenFile?: string | undefined;
  /** Host names under which a proxy forwards requests. */
  readonly hosts: readonly string[];
  readonly isInsecure: boolean;
  readonly maxClients: number;
  readonly perCellMetrics: boolean;
}

export interface HealthServerOptions {
  readonly settings: Settings;
  readonly endpoint: EndpointOptions;
  readonly intervalMs: number;
}

/**
 * Prints the address and serves until SIGTERM or SIGINT; returns the exit code.
 *
 * @throws {OperatorError} when the root does not exist, or it may not or cannot listen.
 */
export async function serveHealth(options: HealthServerOptions): Promise<number> {
  const { settings, endpoint, intervalMs } = options;
  checkExposure(endpoint);
  openRoot(settings.root).close();
  // Before the address is printed: its reader may stop the server at once.
  const stopped = waitForStopSignal();
  const source = { ...logScans(createScanner(settings)), intervalMs };
  await removeStaleSocket(endpoint.address);
  const server = serveReports(source, settings, endpoint, createBeatWriter());
  printText(`${server.address}\n`);
  await stopped;
  await server.stop();
  await flushStderr();
  return EXIT.ok;
}

/**
 * Serves the reports of `source`; `write` writes beats. A stale unix socket must have been removed.
 *
 * @throws {OperatorError} when it may not or cannot listen.
 */
export function serveReports(
  source: ReportSource,
  settings: Settings,
  endpoint: EndpointOptions,
  write: WriteBeat,
): RunningServer {
  checkExposure(endpoint);
  const { address, maxClients, perCellMetrics } = endpoint;
  const hosts = needsHostCheck(address) ? [...endpoint.hosts, address.hostname] : undefined;
  const secrets = watchSecrets(endpoint, () => mounted.streams.endClients());
  const store = createStoreAccess(settings);
  const { root, public_url: publicUrl } = settings;
  const shown = { maxClients, perCellMetrics, publicUrl };
  const options = { ...shown, secrets, root, hosts, write, store };
  const mounted = mountHealth(source, options);
  // With a token, the response to a probe depends on the client.
  const handler = endpoint.token === undefined ? withProbeCache(mounted.handler) : mounted.handler;
  const { tls } = endpoint;
  const server = startServer(address, { handler, streams: mounted.streams, tls });
  const stopWatching = tls === undefined ? () => {} : watchTlsPair(tls, server.renew);
  return {
    ...server,
    async stop() {
      stopWatching();
      await server.stop();
      mounted.stop();
      secrets.stop();
    },
  };
}

/** Beyond this host, readers need the token, unless the operator allows all with --insecure. */
export function checkExposure({ address, token, isInsecure }: EndpointOptions): void {
  if (isLocal(address) || token !== undefined || isInsecure) return;
  throw new OperatorError(
    "config",
    "Cannot listen beyond this host without a token: anyone could read the report",
    "give --token-file, listen on 127.0.0.1 or a unix socket, or give --insecure",
  );
}

/** A malicious page can make a browser send requests to a loopback address, not to a unix socket. */
export const needsHostCheck = (address: Address): address is Exclude<Address, { unix: string }> =>
  !("unix" in address) && isLocal(address);

/** Wraps `scan` to log each failure once, until a scan succeeds or fails for another reason. */
function logScans(
  scan: () => Promise<PackedReport>,
): Required<Pick<ReportSource, "scan" | "onError">> {
  let lastError: string | undefined;
  let jobsError: string | undefined;

  function logJobsError({ jobs_unknown: why }: Report): void {
    if (why !== jobsError)
      queueStderr(`serve-health: ${printable(why ?? "the jobs can be checked again")}\n`);
    jobsError = why;
  }

  return {
    async scan() {
      const report = await scan();
      if (lastError !== undefined) queueStderr("serve-health: scans succeed again\n");
      lastError = undefined;
      logJobsError(report.head);
      return report;
    },
    onError(error) {
      const why = printable(error instanceof Error ? error.message : String(error));
      if (why !== lastError) queueStderr(`serve-health: scan failed: ${why}\n`);
      lastError = why;
    },
  };
}

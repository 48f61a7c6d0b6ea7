/**
 * `serve-health --fleet`: the endpoint of a fleet as a server.
 *
 * @module
 */
import openapi from "../../../config/openapi.json";
import { EXIT } from "../../base/errors.ts";
import type { Flags } from "../../cli/flag-values.ts";
import { cannotUse } from "../../cli/usage-error.ts";
import { printableLines } from "../../base/printable.ts";
import type { Settings } from "../../contract/settings.ts";
import { createFleetReporter, type FleetLook } from "../../fleet/fleet-reporter.ts";
import { openFleetView, type ViewContext } from "../../fleet/open-view.ts";
import type { FleetView } from "../../fleet/rules/facts.ts";
import { hostClock } from "../../host/clock.ts";
import { waitForStopSignal } from "../../host/programs/shutdown.ts";
import { flushStderr, queueStderr } from "../../host/stdio/async-stderr.ts";
import { printText } from "../../host/stdio/stdio.ts";
import { startFeedStreams } from "../event-stream.ts";
import { checkExposure, type EndpointOptions, needsHostCheck } from "../server/health-server.ts";
import { removeStaleSocket } from "../server/listen.ts";
import { watchSecrets } from "../server/secret-files.ts";
import { startServer } from "../server/serve.ts";
import { watchTlsPair } from "../server/tls-files.ts";
import { createFleetHandler } from "./fleet-handler.ts";
import { fleetPage } from "./fleet-page-route.ts";
import { type FleetPoller, startFleetPoller } from "./fleet-poller.ts";
import { createViewLog } from "./view-log.ts";

/** After this many failures in a row a host that is asked counts as lost. */
const LOST_AFTER = 3;

/** Flags that mean nothing for a fleet. */
const FLAGS_OF_ONE_ROOT = [
  "root",
  "beat-secret-file",
  "operator-token-file",
  "no-per-cell-metrics",
] as const;

export interface FleetServerOptions {
  readonly flags: Flags<(typeof FLAGS_OF_ONE_ROOT)[number]>;
  readonly settings: Settings;
  readonly endpoint: EndpointOptions;
  readonly intervalMs: number;
}

/**
 * Prints the address and serves until SIGTERM or SIGINT; returns the exit code.
 *
 * @throws {OperatorError} when no fleet is configured, or it may not or cannot listen.
 */
export async function serveFleet(options: FleetServerOptions): Promise<number> {
  const { settings, endpoint, intervalMs, flags } = options;
  const local = FLAGS_OF_ONE_ROOT.find((flag) => flags[flag] !== undefined);
  if (local !== undefined) throw cannotUse(`--${local} together with --fleet`, "give one of them");
  checkExposure(endpoint);
  const clock = hostClock();
  const stop = new AbortController();
  const context = { clock, stop: stop.signal, lostAfter: LOST_AFTER };
  const view = await openFleetView(settings, [], context);
  // Before the address is printed: its reader may stop the server at once.
  const stopped = waitForStopSignal();
  await removeStaleSocket(endpoint.address);
  const poller = startFleetPoller(loggedLooks(view, context), intervalMs, logBug);
  const server = serveView(options, poller);
  printText(`${server.address}\n`);
  await stopped;
  poller.stop();
  stop.abort();
  await server.stop();
  await flushStderr();
  return EXIT.ok;
}

/** The looks at a view, each with its failure in the journal, unless the server stops meanwhile. */
function loggedLooks(view: FleetView, { clock, stop }: ViewContext): () => Promise<FleetLook> {
  const [look, log] = [createFleetReporter(view, clock), createViewLog()];
  return async () => {
    const done = await look();
    if (!stop.aborted) log(view.failure);
    return done;
  };
}

function serveView({ endpoint, settings }: FleetServerOptions, poller: FleetPoller) {
  const { address, maxClients } = endpoint;
  const streams = startFeedStreams(
    {
      name: "fleet",
      complete: () => poller.snapshot()?.document,
      subscribe: (listener) => poller.subscribe(listener),
    },
    maxClients,
  );
  const secrets = watchSecrets(endpoint, () => streams.endClients());
  const handler = createFleetHandler({
    poller,
    streams,
    page: fleetPage,
    openapi,
    publicUrl: settings.public_url,
    hosts: needsHostCheck(address) ? [...endpoint.hosts, address.hostname] : undefined,
    get token() {
      return secrets.token;
    },
  });
  const { tls } = endpoint;
  const server = startServer(address, { handler, streams, tls });
  const stopWatching = tls === undefined ? () => {} : watchTlsPair(tls, server.renew);
  return {
    address: server.address,
    async stop() {
      await server.stop();
      stopWatching();
      secrets.stop();
    },
  };
}

let lastBug: string | undefined;

/** Logs the same bug once. */
function logBug(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (text !== lastBug) queueStderr(`serve-health: bug: ${printableLines(text)}\n`);
  lastBug = text;
}

/**
 * The health endpoint, put together: scans behind it, the handler, a socket.
 *
 * @module
 */
import { printable } from "../../rules/printable.ts";
import { EXIT, OperatorError } from "../../schemas/errors.ts";
import type { Settings } from "../../schemas/settings.ts";
import { allTold, tellBeside } from "../host/beside.ts";
import { openRoot } from "../host/directory.ts";
import { keeping } from "./keep.ts";
import { type Address, isLocal } from "./listen.ts";
import { mountHealth } from "./mount.ts";
import { openBeatThread, startScanThread } from "./thread.ts";
import type { Write } from "./relay.ts";
import { serve } from "./serve.ts";
import type { Plan } from "./source.ts";
import { stopSignal } from "../host/signals.ts";
import { printText } from "../host/stdout.ts";

/** How long the end waits for words that nobody reads. */
const REST_MS = 500;

/** What an operator says of the endpoint. */
export interface EndpointPlan {
  readonly address: Address;
  readonly token: string | undefined;
  readonly beatSecret: string | undefined;
  /** Names under which a proxy passes requests on. */
  readonly hosts: readonly string[];
  readonly isInsecure: boolean;
  readonly maxClients: number;
  readonly perCellMetrics: boolean;
}

export interface HealthPlan {
  readonly settings: Settings;
  readonly endpoint: EndpointPlan;
  readonly intervalMs: number;
}

/**
 * Serves until SIGTERM or SIGINT, and prints the address; gives the exit code.
 *
 * @throws {OperatorError} when there is no root, or it may not or cannot listen there.
 */
export async function serveHealth({ settings, endpoint, intervalMs }: HealthPlan): Promise<number> {
  checkExposure(endpoint);
  openRoot(settings.root).close();
  // Before the address is printed: who reads it may say stop at once.
  const stopped = stopSignal();
  const source = { ...tellingFaults(startScanThread(settings)), intervalMs };
  const serving = await serveReports(source, settings.root, endpoint, openBeatThread());
  await stopped;
  await serving.stop();
  await allTold(REST_MS);
  return EXIT.ok;
}

/**
 * Serves the reports that `source` gets, and prints the address.
 *
 * @throws {OperatorError} when it may not or cannot listen there.
 */
export async function serveReports(
  source: Plan,
  root: string,
  endpoint: EndpointPlan,
  write?: Write,
): Promise<{ stop(): Promise<void> }> {
  checkExposure(endpoint);
  const { address, ...options } = endpoint;
  const hosts = isGuardedByName(address) ? [...endpoint.hosts, address.hostname] : undefined;
  const mounted = mountHealth(source, { ...options, root, hosts, ...(write && { write }) });
  // With a token, what a probe is told depends on who asks.
  const handler = endpoint.token === undefined ? keeping(mounted.handler) : mounted.handler;
  const serving = await serve(address, handler, mounted.streams);
  printText(`${serving.address}\n`);
  return {
    async stop() {
      await serving.stop();
      mounted.stop();
    },
  };
}

/** Beyond this host, only those who know the token may look, unless the operator says otherwise. */
function checkExposure({ address, token, isInsecure }: EndpointPlan): void {
  if (isLocal(address) || token !== undefined || isInsecure) return;
  throw new OperatorError(
    "config",
    "Cannot listen beyond this host without a token: anyone could read the report",
    "give --token-file, listen on 127.0.0.1 or a unix socket, or say --insecure",
  );
}

/** A browser can be made to ask a loopback address; it cannot be made to ask a unix socket. */
const isGuardedByName = (address: Address): address is Exclude<Address, { unix: string }> =>
  !("unix" in address) && isLocal(address);

/** The same scans; why they fail is told once, until one succeeds or fails for another reason. */
function tellingFaults(scan: Plan["scan"]): Required<Pick<Plan, "scan" | "onError">> {
  let told: string | undefined;
  return {
    async scan() {
      const report = await scan();
      if (told !== undefined) tellBeside("serve-health: scans succeed again\n");
      told = undefined;
      return report;
    },
    onError(error) {
      const why = printable(error instanceof Error ? error.message : String(error));
      if (why !== told) tellBeside(`serve-health: scan failed: ${why}\n`);
      told = why;
    },
  };
}

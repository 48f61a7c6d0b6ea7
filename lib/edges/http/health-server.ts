/**
 * The health endpoint, put together: scans behind it, the handler, a socket.
 *
 * @module
 */
import openapi from "../../../config/openapi.json";
import { printable } from "../../rules/printable.ts";
import { EXIT, OperatorError } from "../../schemas/errors.ts";
import type { Settings } from "../../schemas/settings.ts";
import { openRoot } from "../host/directory.ts";
import { startStreams } from "./events.ts";
import { createHandler } from "./handler.ts";
import { type Address, isLocal } from "./listen.ts";
import { page } from "./page.ts";
import { beatRelay } from "./relay.ts";
import { startScanThread } from "./scan-thread.ts";
import { serve } from "./serve.ts";
import { startSource } from "./source.ts";
import { printText, tell } from "../host/stdout.ts";

export interface HealthPlan {
  readonly settings: Settings;
  readonly address: Address;
  readonly token: string | undefined;
  readonly beatSecret: string | undefined;
  /** Names under which a proxy passes requests on. */
  readonly hosts: readonly string[];
  readonly isInsecure: boolean;
  readonly intervalMs: number;
  readonly maxClients: number;
  readonly perCellMetrics: boolean;
}

/**
 * Serves until SIGTERM or SIGINT; gives the exit code.
 *
 * @throws {OperatorError} when there is no root, or it may not or cannot listen there.
 */
export async function serveHealth(plan: HealthPlan): Promise<number> {
  checkExposure(plan);
  openRoot(plan.settings.root).close();
  const { settings, intervalMs, token, beatSecret } = plan;
  const source = startSource({ scan: startScanThread(settings), intervalMs, onError });
  const streams = startStreams(source, plan.maxClients);
  const handler = createHandler({
    source,
    streams,
    token,
    hosts: isGuardedByName(plan.address) ? plan.hosts : undefined,
    perCellMetrics: plan.perCellMetrics,
    beat: beatRelay(settings.root, { token, beatSecret }),
    page,
    openapi,
  });
  const serving = await serve(plan.address, handler, streams);
  printText(`${serving.address}\n`);
  await stopSignal();
  source.stop();
  await serving.stop();
  return EXIT.ok;
}

/** Beyond this host, only those who know the token may look, unless the operator says otherwise. */
function checkExposure({ address, token, isInsecure }: HealthPlan): void {
  if (isLocal(address) || token !== undefined || isInsecure) return;
  throw new OperatorError(
    "config",
    "Cannot listen beyond this host without a token: anyone could read the report",
    "give --token-file, listen on 127.0.0.1 or a unix socket, or say --insecure",
  );
}

/** A browser can be made to ask a loopback address; it cannot be made to ask a unix socket. */
const isGuardedByName = (address: Address): boolean => !("unix" in address) && isLocal(address);

function onError(error: unknown): void {
  tell(`serve-health: scan failed: ${printable(error instanceof Error ? error.message : String(error))}
`);
}

function stopSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  return promise;
}

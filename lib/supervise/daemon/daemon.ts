/**
 * Supervises one root, for one round or until a stop signal.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { EXIT, OperatorError } from "../../base/errors.ts";
import { killBackgroundPrograms } from "../../host/programs/running-programs.ts";
import { flushStderr, queueStderr } from "../../host/stdio/async-stderr.ts";
import { waitForStopSignal } from "../../host/programs/shutdown.ts";
import type { EndpointWorker } from "../../http/server/endpoint-worker.ts";
import { assemble, type Daemon, type DaemonOptions } from "./assemble.ts";
import { runUntilStopped } from "./loop.ts";
import { startLine } from "./start-line.ts";
import { connectServiceManager } from "./service-manager.ts";
import { paceOf } from "./pace.ts";
import { type DaemonState, latestRound } from "./daemon-state.ts";

/** How long pending requests, commands and messages may take after a stop signal. */
const DRAIN_MS = 4000;
/** How long to wait for commands that were killed after that, and for stderr. */
const KILL_WAIT_MS = 500;

/**
 * Supervises until SIGTERM or SIGINT, or for one round; returns the exit code. A single round
 * fails when anything could not be read or written.
 *
 * @throws {OperatorError} if the root does not exist, another supervise holds its lock, or the state
 * directory cannot be created.
 */
export async function supervise(options: DaemonOptions, clock: Clock): Promise<number> {
  try {
    const daemon = await assemble(options, clock);
    return await (options.isOnce ? runOnce(daemon) : runDaemon(daemon, options));
  } finally {
    await flushStderr(KILL_WAIT_MS);
  }
}

async function runOnce({ settings, notifier, errors, rounds, heartbeat }: Daemon): Promise<number> {
  const result = rounds.run(settings);
  const finished = Promise.all([heartbeat(result, settings), notifier.drain()]);
  await Promise.race([finished, errors.bugs]);
  if (result instanceof OperatorError) throw result;
  return EXIT[errors.unresolved()?.fault ?? "ok"];
}

async function runDaemon(daemon: Daemon, { load, readyFd, serve }: DaemonOptions): Promise<number> {
  const { clock, settings, errors, fleet } = daemon;
  queueStderr(startLine(settings, fleet?.name));
  const state: DaemonState = {
    settings,
    pace: paceOf(settings.scan_interval_seconds),
    report: undefined,
    lastRoundAt: clock.monotonic(),
    memberHealth: fleet?.health,
  };
  const manager = connectServiceManager(readyFd, errors, clock);
  let endpoint: EndpointWorker | undefined;
  const onRound = () => {
    endpoint?.publish(latestRound(state));
    if (state.report !== undefined) fleet?.afterRound(state.report);
  };
  await runUntilStopped({ ...daemon, state, load, manager, onRound }, async () => {
    endpoint = await serve?.(state, errors);
    manager.signalReady();
    manager.startWatchdog(state);
  });
  manager.notify("STOPPING=1");
  // A second signal kills the running commands at once.
  void waitForStopSignal().then(killBackgroundPrograms);
  const services = Promise.all([endpoint?.stop(), fleet?.stop(), manager.drain()]);
  await drain(Promise.all([services, drainRounds(daemon, state)]));
  return EXIT.ok;
}

/** Waits for `work`; kills the running commands when it takes longer than DRAIN_MS. */
async function drain(work: Promise<unknown>): Promise<void> {
  await Promise.race([work, Bun.sleep(DRAIN_MS)]);
  killBackgroundPrograms();
  await Promise.race([work, Bun.sleep(KILL_WAIT_MS)]);
}

async function drainRounds({ rounds, notifier }: Daemon, state: DaemonState): Promise<void> {
  await rounds.drain(state.settings);
  await notifier.drain();
}

/**
 * Supervising one root: put together, and for one round or until it is told to stop.
 *
 * @module
 */
import { join } from "node:path";
import { EXIT, OperatorError } from "../../schemas/errors.ts";
import type { Settings } from "../../schemas/settings.ts";
import { endAsides } from "../host/aside.ts";
import { allTold } from "../host/beside.ts";
import { openRoot } from "../host/directory.ts";
import { stopSignal } from "../host/signals.ts";
import { startHook } from "./hook.ts";
import { holdRoot } from "./instance.ts";
import { runUntilStopped } from "./loop.ts";
import { ownBeat } from "./own-beat.ts";
import { startRounds } from "./round.ts";
import { serviceManager } from "./service-manager.ts";
import type { Standing } from "./standing.ts";
import { storeOf } from "../host/state-folder.ts";
import { makeStore } from "./store.ts";
import { startTroubles } from "./trouble.ts";

/** How long requests, commands and messages under way may take once it stops, in milliseconds. */
const DRAIN_MS = 4000;
/** How long the end of those that took longer is waited for. */
const REST_MS = 500;

export interface DaemonOptions {
  /** Reads the settings; once more each time the daemon is told to. */
  readonly load: () => Settings;
  /** The file for the report; the one in the state directory where it is left out. */
  readonly output: string | undefined;
  /** One round and no more. */
  readonly isOnce: boolean;
  /** The descriptor on which s6 waits for readiness. */
  readonly readyFd: number | undefined;
  /** Serves the reports over HTTP; gives what stops that. */
  readonly serve: ((standing: Standing) => Promise<() => Promise<void>>) | undefined;
}

/**
 * Supervises until SIGTERM or SIGINT, or for one round, which has failed where not all of it
 * could be written; gives the exit code.
 *
 * @throws {OperatorError} when there is no root, another supervise holds it, or no state
 * directory can be made.
 */
export async function supervise(options: DaemonOptions): Promise<number> {
  try {
    return await superviseRoot(options);
  } finally {
    await allTold(REST_MS);
  }
}

async function superviseRoot({ load, output, isOnce, ...more }: DaemonOptions): Promise<number> {
  const settings = load();
  openRoot(settings.root).close();
  const store = storeOf(settings);
  const instance = holdRoot(settings.root);
  makeStore(store);
  const hook = startHook();
  const troubles = startTroubles("supervise");
  const report = output ?? join(store.folder, "report.json");
  const rounds = startRounds({ store, instance, hook, troubles, output: report });
  const beat = ownBeat(troubles);
  if (isOnce) {
    const result = rounds.make(settings, new Date());
    await Promise.race([Promise.all([beat(result, settings), hook.end()]), troubles.bugs]);
    if (result instanceof OperatorError) throw result;
    return EXIT[troubles.first()?.fault ?? "ok"];
  }
  const standing: Standing = { settings, latest: undefined, lastMs: performance.now() };
  const manager = serviceManager(more.readyFd, troubles);
  let stopServing: (() => Promise<void>) | undefined;
  await runUntilStopped({ standing, load, rounds, beat, troubles, manager }, async () => {
    stopServing = await more.serve?.(standing);
    manager.ready();
    manager.feedWatchdog(standing);
  });
  manager.say("STOPPING=1");
  // Told once more, it waits no longer for them; left alone, their time would have no end.
  void stopSignal().then(endAsides);
  const told = async () => {
    await rounds.end(standing.settings);
    await hook.end();
  };
  const ends = Promise.all([stopServing?.(), manager.end(), told()]);
  await Promise.race([ends, Bun.sleep(DRAIN_MS)]);
  endAsides();
  await Promise.race([ends, Bun.sleep(REST_MS)]);
  return EXIT.ok;
}

/**
 * Supervising one root: put together, and for one round or until it is told to stop.
 *
 * @module
 */
import { join } from "node:path";
import { EXIT, OperatorError } from "../../schemas/errors.ts";
import type { Settings } from "../../schemas/settings.ts";
import { openRoot } from "../host/directory.ts";
import { startHook } from "./hook.ts";
import { holdRoot } from "./instance.ts";
import { type Companions, runUntilStopped } from "./loop.ts";
import { ownBeat } from "./own-beat.ts";
import { startRounds } from "./round.ts";
import { makeStore, storeOf } from "./store.ts";
import { startTroubles } from "./trouble.ts";

/** How long requests, commands and messages under way may take once it stops. */
const DRAIN_MS = 4500;

export interface Plan extends Companions {
  /** Reads the settings; once more each time the daemon is told to. */
  readonly load: () => Settings;
  /** The file for the report; the one in the state directory where it is left out. */
  readonly output: string | undefined;
  /** One round and no more. */
  readonly isOnce: boolean;
}

/**
 * Supervises until SIGTERM or SIGINT, or for one round; gives the exit code.
 *
 * @throws {OperatorError} when there is no root, another supervise holds it, or no state
 * directory can be made.
 */
export async function supervise(plan: Plan): Promise<number> {
  const settings = plan.load();
  openRoot(settings.root).close();
  const store = storeOf(settings);
  const instance = holdRoot(settings.root);
  makeStore(store);
  const hook = startHook();
  const troubles = startTroubles("supervise");
  const output = plan.output ?? join(store.folder, "report.json");
  const rounds = startRounds({ store, instance, hook, troubles, output });
  const beat = ownBeat(troubles);
  if (plan.isOnce) {
    const result = rounds.make(settings, new Date());
    await Promise.all([beat(result, settings), hook.end()]);
    if (result instanceof OperatorError) throw result;
  } else {
    const end = await runUntilStopped({ ...plan, settings, rounds, beat, troubles });
    await Promise.race([Promise.all([end(), rounds.end(), hook.end()]), Bun.sleep(DRAIN_MS)]);
  }
  return EXIT.ok;
}

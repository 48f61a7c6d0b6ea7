/**
 * Rounds, one after the other, and the signals between them.
 *
 * @module
 */
import { OperatorError } from "../../schemas/errors.ts";
import type { Report } from "../../schemas/report.ts";
import type { Settings } from "../../schemas/settings.ts";
import { stopSignal } from "../host/signals.ts";
import { tellBeside } from "../host/beside.ts";
import type { Beat } from "./own-beat.ts";
import type { Rounds } from "./round.ts";
import type { ServiceManager } from "./service-manager.ts";
import type { Standing } from "./standing.ts";
import type { Troubles } from "./trouble.ts";

export interface Loop {
  readonly standing: Standing;
  readonly load: () => Settings;
  readonly rounds: Rounds;
  readonly beat: Beat;
  readonly troubles: Troubles;
  readonly manager: ServiceManager;
}

/**
 * Makes a round at once and then one every interval, until SIGTERM or SIGINT; SIGHUP reads
 * the settings anew. Calls `onFirst` after the first round.
 *
 * @throws the first bug of a round, or of what was started in one.
 */
export async function runUntilStopped(loop: Loop, onFirst: () => Promise<void>): Promise<void> {
  const { troubles, standing } = loop;
  const stopped = stopSignal();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function tick(): void {
    const started = performance.now();
    round(loop);
    // Else what rounds leave behind heaps up over minutes, half as much again as is needed.
    Bun.gc(true);
    const next = started + 1000 * standing.settings.scan_interval_seconds - performance.now();
    timer = setTimeout(() => past(tick), Math.max(0, next));
  }

  /** A bug in a timer or a signal's handler would go unseen, and the rounds with it. */
  function past(work: () => void): void {
    try {
      work();
    } catch (error) {
      troubles.met("the daemon", error);
    }
  }

  const onHangUp = () => past(() => reload(loop));
  process.on("SIGHUP", onHangUp);
  try {
    tick();
    await onFirst();
    await Promise.race([stopped, troubles.bugs]);
  } finally {
    clearTimeout(timer);
    process.off("SIGHUP", onHangUp);
  }
}

function round({ standing, rounds, beat, troubles, manager }: Loop): void {
  const result = rounds.make(standing.settings, new Date());
  void beat(result, standing.settings);
  standing.lastMs = performance.now();
  manager.status(statusOf(result));
  if (result instanceof OperatorError) return troubles.met("the round", result);
  troubles.over("the round");
  standing.latest = { report: result, atMs: standing.lastMs };
}

function reload({ standing, load, troubles, manager }: Loop): void {
  manager.say("RELOADING=1");
  const read = troubles.past("the configuration", load);
  if (read !== undefined) standing.settings = keepPlaces(read, standing.settings);
  tellBeside(
    `supervise: ${read === undefined ? "keeps the settings it had" : "read its settings anew"}\n`,
  );
  manager.say("READY=1");
}

/** Where the cells and the state are cannot change under a daemon. */
function keepPlaces(read: Settings, { root, state_dir }: Settings): Settings {
  if (read.root !== root || read.state_dir !== state_dir)
    tellBeside("supervise: another root or state_dir counts from the next start on\n");
  return { ...read, root, state_dir };
}

function statusOf(result: Report | OperatorError): string {
  if (result instanceof OperatorError) return result.message;
  const { total, healthy, stale, incomplete, uninitialized } = result.summary;
  const suspect = result.observer_suspect ? "; the observer is suspect" : "";
  return `${total} cells: ${healthy} healthy, ${stale} stale, ${incomplete} incomplete, ${uninitialized} uninitialized${suspect}`;
}

/**
 * The beats of a cell while a command lives in it.
 *
 * @module
 */
import { nextBeat, type Said } from "../../rules/beat.ts";
import { type Heartbeat, LAST_STATE, STUCK_STATE } from "../../schemas/heartbeat.ts";
import type { Settings } from "../../schemas/settings.ts";
import { writeNext } from "../cell/beat.ts";
import { openRoot } from "../host/directory.ts";
import { bootId, hostName } from "../host/host.ts";
import { processFacts } from "../host/process.ts";
import type { Aside } from "./aside.ts";
import type { Running } from "./command.ts";
import { openWatch } from "./stuck.ts";

/** Where and how often a command beats. */
export interface Rhythm {
  readonly cell: string;
  readonly seconds: number;
  readonly runId: string;
  /** After how long without a sign of life from the command a beat says that it is stuck. */
  readonly stuckSeconds: number | undefined;
  readonly settings: () => Settings;
  /** Is told what a beat leaves to the next one. */
  readonly onLater: (why: string) => void;
}

/**
 * Writes one beat for the process `pid`, which says what `said` makes of the last one. The root
 * is opened each time: it may come and go.
 */
export function beatOnce(
  { cell, seconds, runId, settings, onLater }: Rhythm,
  pid: number,
  said: (last: Heartbeat | undefined) => Said,
): Heartbeat {
  const root = openRoot(settings().root);
  const now = new Date();
  const writer = { host: hostName(), boot_id: bootId(), pid };
  const next = (last: Heartbeat | undefined) =>
    nextBeat(cell, { ...said(last), interval_seconds: seconds }, last, writer, runId, now);
  try {
    return writeNext(root, cell, next, now, onLater);
  } finally {
    root.close();
  }
}

/**
 * Beats at once and then every so often, while the command can run. The function that it
 * gives ends this with a last beat.
 */
export function startBeats(
  rhythm: Rhythm,
  { pid }: Running,
  aside: Aside,
): (last: string) => Promise<void> {
  const watch = rhythm.stuckSeconds === undefined ? undefined : openWatch(pid, rhythm.stuckSeconds);
  let said: Said = { state: "working" };
  let ours: Heartbeat | undefined;
  const beat = () => {
    if (!canRun(pid)) return watch?.forgive();
    void aside(() => {
      ours = beatOnce(rhythm, pid, (last) => {
        said = saidSince(ours, last) ?? said;
        return watch?.isStuck() === true ? { ...said, state: STUCK_STATE } : said;
      });
    });
  };
  beat();
  const timer = setInterval(beat, 1000 * rhythm.seconds);
  return async (message) => {
    clearInterval(timer);
    await aside(() => beatOnce(rhythm, pid, () => ({ state: LAST_STATE, message })));
  };
}

/**
 * What the agent itself has said since our last beat, if it has: that stays, whoever beats next.
 * Its beat may have our number: two that read the same last one count on to the same.
 */
function saidSince(ours: Heartbeat | undefined, last: Heartbeat | undefined): Said | undefined {
  if (ours === undefined || last === undefined || Bun.deepEquals(last, ours)) return undefined;
  const { state, message, progress, activity } = last;
  const rest = Object.entries({ message, progress, activity }).filter(
    ([, value]) => value !== undefined,
  );
  return state === LAST_STATE ? undefined : { state, ...Object.fromEntries(rest) };
}

/** False for a process that is stopped, or dead. */
const canRun = (pid: number): boolean => !/[TtZX]/.test(processFacts(pid)?.state ?? "X");

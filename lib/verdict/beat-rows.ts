/**
 * The rows of the verdict table for a sound cell that is expected to beat.
 *
 * @module
 */
import { formatTimestamp } from "../base/time.ts";
import {
  EXITING_STATE,
  type Heartbeat,
  IDLE_STATE,
  SEED_STATE,
  STUCK_STATE,
} from "../contract/heartbeat.ts";
import { isFinal } from "./final.ts";
import { freshnessOf, stateBegan, waitsUntil } from "./age-limit.ts";
import type { BeatContext } from "./beat-context.ts";
import type { Row } from "./rows.ts";
import {
  aheadText,
  exitText,
  goneText,
  silenceText,
  exitingText,
  finishedText,
  neverBeatText,
  stuckText,
} from "./stale-problems.ts";

/** A younger beat may be about to be replaced, so the end of its process does not count yet. */
export const SETTLED_SECONDS = 5;

/** The result of testing a row: the problem's text, or true for a row without a problem. */
type RowTest = (context: BeatContext) => string | boolean | undefined;

/** The rows for a sound cell that is expected to beat, in order. */
const BEAT_ROWS: readonly (readonly [Row, RowTest])[] = [
  ["crashed", ({ beat: { exit } }) => exit !== undefined && isFailure(exit) && exitText(exit)],
  [
    "exited",
    ({ beat }) =>
      beat.exit === undefined
        ? beat.state === EXITING_STATE && exitingText(beat)
        : exitText(beat.exit),
  ],
  [
    "exited",
    (context) => isFinished(context) && finishedText(lateBeat(context), isProcessGone(context)),
  ],
  ["process-gone", (context) => isProcessGone(context) && goneText(context.beat, seenOf(context))],
  [
    "heartbeat-ahead",
    ({ age, limits, beat, zone }) =>
      freshnessOf(age, Infinity, limits) === "ahead" && aheadText(beat, zone),
  ],
  [
    "waiting",
    ({ beat, silence, limit, limits }) =>
      waitsUntil(beat, limits) !== undefined && freshnessOf(silence, limit, limits) === "fresh",
  ],
  ["idle", ({ beat }) => beat.state === IDLE_STATE && beat.on_events === true],
  [
    "never-beat",
    (context) => isSeed(context.beat) && isOld(context) && neverBeatText(lateBeat(context)),
  ],
  ["stuck", ({ beat }) => beat.state === STUCK_STATE && beat.on_events === true && stuckText(beat)],
  ["heartbeat-old", (context) => isOld(context) && silenceText(lateBeat(context))],
  ["stuck", ({ beat }) => beat.state === STUCK_STATE && stuckText(beat)],
];

/** The first matching row, and the text of its problem if it has one. */
export function matchingRow(context: BeatContext): readonly [Row, string | undefined] {
  for (const [row, test] of BEAT_ROWS) {
    const matched = test(context);
    if (typeof matched === "string") return [row, matched];
    if (matched === true) return [row, undefined];
  }
  return ["healthy", undefined];
}

/**
 * True for a state that needs more attention because of its duration: stuck for longer than the
 * longest age limit, or idle for longer than the longest wait.
 */
export function hasLastedTooLong(row: Row, { beat, limits, now, age }: BeatContext): boolean {
  if (row === "idle") return age > limits.max_waiting_seconds;
  return now.getTime() - stateBegan(beat) > 1000 * limits.max_stale_after_seconds;
}

const isFailure = ({ code, forwarded }: NonNullable<Heartbeat["exit"]>): boolean =>
  code !== 0 && forwarded !== true;

const seenOf = ({ facts }: BeatContext) => facts.processWitness?.seen ?? "gone";

/**
 * True if the process that the last beat vouches for has ended. A beat of another boot may be
 * another host's: it counts only if this host booted after it, and after the limit. A beat that
 * lies in the future was written before the clock was set, so it is old enough.
 */
function isProcessGone({ facts, limits, age, silence, limit }: BeatContext): boolean {
  const witness = facts.processWitness;
  if (witness?.seen === "gone")
    return age >= SETTLED_SECONDS || freshnessOf(age, Infinity, limits) === "ahead";
  return witness?.seen === "other-boot" && witness.uptimeSeconds < age && silence > limit;
}

/** True for an agent that said that its work was done, and has ended, or may have: it is silent. */
const isFinished = (context: BeatContext): boolean =>
  isFinal(context.beat) &&
  (isProcessGone(context) || (isOld(context) && context.facts.processWitness?.seen !== "alive"));

const isOld = ({ silence, limit, limits }: BeatContext): boolean =>
  freshnessOf(silence, limit, limits) === "old";

const lateBeat = ({ beat, limit, expectedMs, facts, zone }: BeatContext) => ({
  beat,
  limit,
  since: formatTimestamp(expectedMs) ?? beat.timestamp,
  witness: facts.processWitness,
  zone,
});

/** True for the heartbeat that init-cell wrote. */
const isSeed = (beat: Heartbeat): boolean => beat.state === SEED_STATE && (beat.seq ?? 0) === 0;

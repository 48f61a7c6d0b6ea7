/**
 * The problems of a stale heartbeat, as text for people.
 *
 * Texts contain times instead of ages, so that they stay the same while the problem lasts.
 *
 * @module
 */
import { describeDuration } from "../base/duration.ts";
import { defined } from "../base/defined.ts";
import { quoted, shortened } from "../base/printable.ts";
import { inUtc } from "../base/time.ts";
import type { ProcessWitness } from "../contract/facts.ts";
import type { Heartbeat, RecordedExit } from "../contract/heartbeat.ts";
import { boundedText } from "./evidence.ts";
import { exitMeaning } from "./exit-meaning.ts";
import { beatTime, momentOf } from "./age-limit.ts";

/** `its command ended at T with exit code 1`, or the signal that ended it. */
export function exitText({ code, signal, at, forwarded }: RecordedExit): string {
  const how =
    signal === undefined ? `with exit code ${code ?? "unknown"}` : `by ${shortened(signal, 20)}`;
  const who = forwarded === true ? forwardedText(signal) : exitMeaning(defined({ code, signal }));
  return `its command ended at ${inUtc(at)} ${how}${who}`;
}

const forwardedText = (signal: string | undefined): string =>
  signal === undefined
    ? ", after a signal that heartbeat run had forwarded"
    : ", which heartbeat run had forwarded";

export const exitingText = (beat: Heartbeat): string =>
  `the agent reported at ${beatTime(beat)} that it was exiting`;

/** The agent said that its work was done; then its process ended, or it fell silent. */
export function finishedText({ beat, witness }: LateBeat, isGone: boolean): string {
  const said = `the agent reported at ${beatTime(beat)} that it was "${beat.state}"`;
  if (!isGone) return `${said}, and has been silent since${processText(beat, witness)}`;
  return witness?.seen === "other-boot"
    ? `${said}, and this host has booted since`
    : `${said}, and its process ${beat.process?.pid} is gone`;
}

/** The process of the last beat has ended. */
export function goneText(beat: Heartbeat, seen: ProcessWitness["seen"]): string {
  if (seen === "other-boot")
    return `this host has booted since the last beat at ${beatTime(beat)}, and the agent did not come back`;
  return `process ${beat.process?.pid}, for which the last beat at ${beatTime(beat)} vouches, is gone`;
}

/** A beat that lies in the future. */
export const aheadText = (beat: Heartbeat, zone: string | undefined): string =>
  zone ??
  `the last beat lies in the future, at ${beatTime(beat)}: check this host's clock and the agent's`;

/** The agent has not written its first beat, expected since `since`. */
export function neverBeatText({ beat, since, limit }: Omit<LateBeat, "witness" | "zone">): string {
  const what = since === beatTime(beat) ? "the cell was created" : "the mission became active";
  return `no beat since ${what} at ${since}: ${limitText(limit)}`;
}

const limitText = (limit: number): string => `the limit is ${describeDuration(limit)}`;

/** What the text about a late beat depends on. */
export interface LateBeat {
  readonly beat: Heartbeat;
  readonly limit: number;
  /** Since when the beat has been expected: RFC 3339, UTC. */
  readonly since: string;
  readonly witness: ProcessWitness | undefined;
  /** The text to use instead if the agent stamps its beats in another time zone. */
  readonly zone: string | undefined;
}

/** A beat that is too old, with what is known about its agent. */
export function silenceText({ beat, limit, since, witness, zone }: LateBeat): string {
  if (zone !== undefined) return zone;
  const written = beatTime(beat);
  const from = since === written ? since : `${since}, when the mission became active`;
  return `no beat since ${from}: ${limitText(limit)}${activityText(beat)}${processText(beat, witness)}`;
}

function activityText({ activity }: Heartbeat): string {
  if (activity === undefined) return "";
  const what = quoted(activity.what);
  return `; ${what} was expected to take ${describeDuration(activity.expect_seconds)}`;
}

function processText(beat: Heartbeat, witness: ProcessWitness | undefined): string {
  const pid = beat.process?.pid;
  if (pid === undefined || witness === undefined) return "";
  if (witness.seen === "alive")
    return witness.isStopped === true
      ? `; its process ${pid} is stopped, as by Ctrl-Z: to go on, type fg in its terminal, or kill -CONT ${beat.runner?.pid ?? pid}`
      : `; its process ${pid} still runs`;
  return witness.seen === "gone"
    ? ""
    : `; whether its process ${pid} runs is unknown: ${witness.seen === "unknown" ? witness.why : OTHER_BOOT}`;
}

/** The host was up when the beat was written, and under another boot. */
export const OTHER_BOOT =
  "its beat names another boot, as of a clone of this host, or of another host with its name";

/** The agent, or its wrapper, reports that it is stuck. */
export function stuckText({ state_since, on_events, message }: Heartbeat): string {
  const since = state_since === undefined ? "" : `, since ${inUtc(state_since)}`;
  // At intervals an agent may tell its progress there, and the text of a problem has to stay the same.
  const why = on_events === true ? boundedText(message) : null;
  return `the agent is reported as stuck${since}${why === null ? "" : `: ${why}`}`;
}

/** How old the file of a beat may be for its timestamp to be compared with the file's own time. */
export const FRESH_FILE_SECONDS = 120;
/** How far the difference may be from a whole number of quarters of an hour. */
const TOLERANCE_SECONDS = 10;
const QUARTER_SECONDS = 900;
const LARGEST_OFFSET_SECONDS = 14 * 3600;

/**
 * Says that an agent stamps its beats in another time zone: the file is fresh, and its timestamp is
 * off by a whole number of quarters of an hour. Undefined otherwise.
 */
export function zoneText(
  beat: Heartbeat,
  writtenMs: number | undefined,
  now: Date,
): string | undefined {
  if (writtenMs === undefined) return undefined;
  const fileAge = (now.getTime() - writtenMs) / 1000;
  if (Math.abs(fileAge) > FRESH_FILE_SECONDS) return undefined;
  const offset = (momentOf(beat) - writtenMs) / 1000;
  const quarters = Math.round(offset / QUARTER_SECONDS);
  const isOff = Math.abs(offset - quarters * QUARTER_SECONDS) > TOLERANCE_SECONDS;
  if (quarters === 0 || isOff || Math.abs(offset) > LARGEST_OFFSET_SECONDS + TOLERANCE_SECONDS)
    return undefined;
  const side = quarters > 0 ? "ahead of" : "behind";
  const off = `${describeDuration(quarters * QUARTER_SECONDS)} ${side}`;
  return `the last beat is stamped in another time zone, or by a clock that is wrong: ${beatTime(beat)} is ${off} the time at which it was written`;
}

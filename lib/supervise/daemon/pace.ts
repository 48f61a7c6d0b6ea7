/**
 * How often rounds start: every interval, or less often while they take longer than that.
 *
 * @module
 */
import { describeDuration } from "../../base/duration.ts";

/** How often rounds start, after the last one. */
export interface Pace {
  /** Seconds between the starts of two rounds. */
  readonly seconds: number;
  /** Rounds take longer than the interval, so that fewer are started. */
  readonly isStretched: boolean;
  /** The number of rounds in a row that contradict `isStretched`. */
  readonly contrary: number;
}

/** A single long round may have another cause, such as a busy host. */
const ROUNDS_IN_A_ROW = 3;
/** While rounds are too long, the host gets as much time between them as they take. */
const STRETCH = 2;
/** The most intervals without a round: one that hung for an hour must not cost another hour. */
const MOST_INTERVALS = 10;

/** The pace of rounds that fit into their interval. */
export const paceOf = (interval: number): Pace => ({
  seconds: interval,
  isStretched: false,
  contrary: 0,
});

/** The pace after a round that took `took` seconds, where one is to start every `interval` seconds. */
export function nextPace(before: Pace, took: number, interval: number): Pace {
  const isContrary = took > interval !== before.isStretched;
  const contrary = isContrary ? before.contrary + 1 : 0;
  const isTurn = contrary === ROUNDS_IN_A_ROW;
  const isStretched = before.isStretched !== isTurn;
  const stretched = Math.ceil(Math.min(STRETCH * took, took + MOST_INTERVALS * interval));
  const seconds = isStretched ? Math.max(interval, stretched) : interval;
  return { seconds, isStretched, contrary: isTurn ? 0 : contrary };
}

/** What to tell the operator when the pace changes; undefined while it stays. */
export function paceChangeText(before: Pace, now: Pace, interval: number): string | undefined {
  if (before.isStretched === now.isStretched) return undefined;
  const setting = `scan_interval_seconds, ${interval}`;
  return now.isStretched
    ? `rounds take longer than ${setting}: the next one starts after ${describeDuration(now.seconds)}, and so on until they are shorter`
    : `rounds are shorter than ${setting}, again`;
}

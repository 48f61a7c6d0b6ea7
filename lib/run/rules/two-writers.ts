/**
 * How long another writer in a run's cell is remembered, and which of two wrappers beats.
 *
 * @module
 */
import { asOtherWriter } from "../../cell/rules/other-writer.ts";
import type { Heartbeat } from "../../contract/heartbeat.ts";
import type { ProcessIdentity } from "../../contract/process-identity.ts";
import { parseTimestamp } from "../../base/time.ts";
import { limitForInterval } from "../../verdict/age-limit.ts";

/** Another writer, and until when it counts, in seconds of a monotonic clock. */
export interface OtherWriterMemory {
  readonly otherWriter: NonNullable<Heartbeat["other_writer"]>;
  readonly until: number;
}

/**
 * Remembers the writer of a beat that was read at `seconds`, for four of its intervals or ours,
 * whichever is longer, and for `mostSeconds` at most.
 */
export function rememberWriter(
  beat: Heartbeat,
  interval: number,
  seconds: number,
  mostSeconds: number,
): OtherWriterMemory {
  const silence = limitForInterval(Math.max(interval, beat.interval_seconds ?? 0));
  return {
    otherWriter: asOtherWriter(beat),
    until: seconds + Math.min(silence, mostSeconds),
  };
}

/** True for a beat within four of its intervals before or after `now`: clocks of hosts differ. */
export function isRecent(beat: Heartbeat, interval: number, now: Date): boolean {
  const age = Math.abs(now.getTime() - (parseTimestamp(beat.timestamp) ?? 0)) / 1000;
  return age <= limitForInterval(beat.interval_seconds ?? interval);
}

/** Of two wrappers that both beat already, the one that started first continues. */
export const startedFirst = (other: ProcessIdentity, ours: ProcessIdentity): boolean => {
  const [theirs = 0, our = 0] = [other.start_ticks, ours.start_ticks];
  return theirs === our ? other.pid < ours.pid : theirs < our;
};

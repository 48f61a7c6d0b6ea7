/**
 * How long another writer in a run's cell is remembered, and which of two wrappers beats.
 *
 * @module
 */
import { EXITING_STATE, type Heartbeat, SEED_STATE } from "../../contract/heartbeat.ts";
import type { ProcessIdentity } from "../../contract/process-identity.ts";
import { defined } from "../../base/defined.ts";
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
  { host, pid, run_id, timestamp, interval_seconds = 0 }: Heartbeat,
  interval: number,
  seconds: number,
  mostSeconds: number,
): OtherWriterMemory {
  const silence = limitForInterval(Math.max(interval, interval_seconds));
  return {
    otherWriter: { ...defined({ host_name: host, pid, run_id }), at: timestamp },
    until: seconds + Math.min(silence, mostSeconds),
  };
}

/** True for a beat of an agent that is running: not the last beat of a run, and not the seed. */
export const isAtWork = ({ state }: Heartbeat): boolean =>
  state !== EXITING_STATE && state !== SEED_STATE;

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

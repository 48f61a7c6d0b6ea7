/**
 * How long a cell may be silent, and since when its silence counts.
 *
 * @module
 */
import { inUtc, parseTimestamp } from "../base/time.ts";
import { type CellFacts, valueOf } from "../contract/facts.ts";
import { type Heartbeat, WAITING_STATE } from "../contract/heartbeat.ts";
import { isTerminal, type Mission } from "../contract/mission.ts";
import type { Limits } from "../contract/settings.ts";

/** True unless the mission is paused or has ended. */
export const expectsBeat = ({ status }: Mission): boolean =>
  status !== "paused" && !isTerminal(status);

/** The age limit, in seconds, of an agent that intends to beat every `interval` seconds. */
export const limitForInterval = (interval: number): number => 4 * interval;

/**
 * How many seconds a cell may be silent: the cell's own limit, else four of the heartbeat's
 * intervals, else the configured limit; plus the expected time of its activity. Clamped to the
 * operator's minimum and maximum.
 */
export function ageLimit(facts: Pick<CellFacts, "config" | "heartbeat">, limits: Limits): number {
  const beat = valueOf(facts.heartbeat);
  const interval = beat?.interval_seconds;
  const requested =
    valueOf(facts.config)?.stale_after_seconds ??
    (interval === undefined ? undefined : limitForInterval(interval));
  const limit = (requested ?? limits.stale_after_seconds) + (beat?.activity?.expect_seconds ?? 0);
  return Math.min(Math.max(limit, limits.min_stale_after_seconds), limits.max_stale_after_seconds);
}

/** When a beat was written, in milliseconds since 1970; NaN if its timestamp is invalid. */
export const momentOf = ({ timestamp }: Pick<Heartbeat, "timestamp">): number =>
  parseTimestamp(timestamp) ?? Number.NaN;

/**
 * When the state of a beat began, in milliseconds since 1970; NaN if only later beats tell. An agent with hooks
 * beats once in a state.
 */
export const stateBegan = ({ state_since, on_events, timestamp }: Heartbeat): number =>
  parseTimestamp(state_since ?? (on_events === true ? timestamp : "")) ?? Number.NaN;

/** Seconds from a beat to `now`; negative if the beat lies in the future. */
export const ageInSeconds = (beat: Heartbeat, now: Date): number =>
  (now.getTime() - momentOf(beat)) / 1000;

/** The timestamp of a beat in UTC with milliseconds, whatever zone and precision the agent used. */
export const beatTime = ({ timestamp }: Heartbeat): string => inUtc(timestamp);

/**
 * Since when the next beat has been expected, in milliseconds since 1970: the last beat, or the
 * activation or resume of the mission if that was later. A status change in the future is ignored,
 * because with it a cell would never be silent.
 */
export function expectedSince(mission: Mission, beat: Heartbeat, now: Date): number {
  const changed =
    mission.status === "active" ? parseTimestamp(mission.updated_at ?? "") : undefined;
  const written = momentOf(beat);
  return changed !== undefined && changed > written && changed <= now.getTime() ? changed : written;
}

/**
 * Until when a waiting agent may be silent, in milliseconds since 1970: the time that it gave, but
 * at most `max_waiting_seconds` from the first beat of this wait. Undefined if it does not wait.
 */
export function waitsUntil(beat: Heartbeat, limits: Limits): number | undefined {
  if (beat.state !== WAITING_STATE) return undefined;
  const began = Math.min(parseTimestamp(beat.state_since ?? "") ?? Infinity, momentOf(beat));
  const longest = began + 1000 * limits.max_waiting_seconds;
  return Math.min(parseTimestamp(beat.until ?? "") ?? Infinity, longest);
}

export type Freshness = "fresh" | "old" | "ahead";

/** Rates a silence in seconds. NaN is old, never fresh. */
export function freshnessOf(silence: number, limit: number, limits: Limits): Freshness {
  if (silence < -limits.allowed_skew_seconds) return "ahead";
  return silence <= limit ? "fresh" : "old";
}

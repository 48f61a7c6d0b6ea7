/**
 * The age of a time in a file, by the clocks of this host.
 *
 * The uptime is a clock that cannot be set, and counts from boot: uptimes of the same boot can be
 * compared only with each other. Processes of another boot are gone, and its uptimes say nothing
 * about this one: this boot may reach the same uptime in a month.
 *
 * @module
 */
import type { Recovery } from "./attempt.ts";
import { parseTimestamp } from "../../../base/time.ts";

/** A time in a file. */
export type StoredTime = Pick<Recovery, "at" | "boot_id" | "uptime_seconds">;

/** The clocks, read at the same time. */
export interface ClockReadings {
  readonly now: Date;
  readonly boot_id: string;
  /** Seconds since boot. */
  readonly uptimeSeconds: number;
  /** Seconds since this process started. */
  readonly runningSeconds: number;
}

/** The current time, for a file. */
export const storedTime = ({ now, boot_id, uptimeSeconds }: ClockReadings): StoredTime => ({
  at: now.toISOString(),
  boot_id,
  uptime_seconds: uptimeSeconds,
});

/**
 * Seconds since `time`, at least 0. The wall clock decides for a time of another boot or an
 * unreadable one (undefined); if the clock gives less, the time this process has been running:
 * one supervise at a time works on a root, so `time` was before its start. A later uptime of this
 * boot comes from another time namespace, and only the wall clock is shared with it.
 */
export function elapsedSeconds(time: StoredTime | undefined, clocks: ClockReadings): number {
  const isThisBoot = time?.boot_id === clocks.boot_id;
  if (isThisBoot && time.uptime_seconds <= clocks.uptimeSeconds)
    return clocks.uptimeSeconds - time.uptime_seconds;
  const written = parseTimestamp(time?.at ?? "");
  const byClock = written === undefined ? 0 : (clocks.now.getTime() - written) / 1000;
  return Math.max(byClock, isThisBoot ? 0 : clocks.runningSeconds);
}

/**
 * True if `time` was after `reference`. Uptimes decide for two times of the same boot, this or an
 * earlier one: early in a boot the wall clock may not be set yet, so that both are in the future.
 */
export function isAfter(
  time: StoredTime | undefined,
  reference: StoredTime,
  clocks: ClockReadings,
): boolean {
  if (time?.boot_id === reference.boot_id) return time.uptime_seconds > reference.uptime_seconds;
  // A time of another boot was before a reference of this one, even if the clock was wrong.
  if (time !== undefined && reference.boot_id === clocks.boot_id) return false;
  return elapsedSeconds(time, clocks) < elapsedSeconds(reference, clocks);
}

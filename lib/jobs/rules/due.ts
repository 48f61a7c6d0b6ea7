/**
 * When a job is due, and how late it may be.
 *
 * @module
 */
import { nextMoment } from "../../contract/schedule.ts";
import type { Declared } from "./declaration.ts";

/** The default grace: a tenth of the interval, but at least a minute. */
const GRACE_FRACTION = 0.1;
const MIN_GRACE_SECONDS = 60;
/** The default grace of a schedule, whose intervals differ. */
const SCHEDULE_GRACE_SECONDS = 300;
/** A run that starts a moment before its time is the run of that time. */
const EARLY_MS = 1000;

/**
 * When a job that last reported at `from` is due again, in milliseconds since 1970: infinity without an
 * interval, NaN if its schedule cannot be used here.
 */
export function dueAfter({ schedule, timezone, interval_seconds }: Declared, from: number): number {
  if (schedule !== undefined) return nextMoment(schedule, timezone, from + EARLY_MS) ?? Number.NaN;
  return interval_seconds === undefined ? Number.POSITIVE_INFINITY : from + 1000 * interval_seconds;
}

/** How late a report may be, in seconds. */
export function graceOf({ schedule, interval_seconds, grace_seconds }: Declared): number {
  if (grace_seconds !== undefined) return grace_seconds;
  if (schedule !== undefined) return SCHEDULE_GRACE_SECONDS;
  return Math.max(MIN_GRACE_SECONDS, GRACE_FRACTION * (interval_seconds ?? Infinity));
}

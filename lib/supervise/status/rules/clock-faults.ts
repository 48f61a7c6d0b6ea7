/**
 * Compares the clocks of two rounds, to detect that the wall clock was set, that the host was
 * suspended, or that the later round came late.
 *
 * @module
 */
import { describeDuration } from "../../../base/duration.ts";

/** The clocks of a host, read at the same time. */
export interface ClockSample {
  /** The wall clock, in milliseconds since 1970. */
  readonly wallMs: number;
  /** Seconds; it stands still while the host is suspended. */
  readonly monotonic: number;
  /** Seconds since boot; 0 if unknown. */
  readonly uptime: number;
}

export interface ClockFaults {
  /** By how many seconds the wall clock was set; undefined if it was not. */
  readonly stepped: number | undefined;
  /** For how many seconds the host was suspended; undefined if it was not. */
  readonly suspended: number | undefined;
  /** By how many seconds the round came too late; undefined if it was on time. */
  readonly late: number | undefined;
}

const NO_FAULTS: ClockFaults = { stepped: undefined, suspended: undefined, late: undefined };

/** Differences up to this come from reading several clocks one after the other. */
const TOLERANCE_SECONDS = 2;
/** NTP slews a clock by less than this fraction of the time. */
const SLEW = 0.01;
/** A round that starts more than this number of intervals after it was due is late. */
const LATE_INTERVALS = 3;
/** Tolerance in addition, because a busy host misses short intervals. */
const LATE_SECONDS = 1;

/** Compares the clocks of two rounds that are `interval` seconds apart; without a first, no fault. */
export function clockFaults(
  before: ClockSample | undefined,
  now: ClockSample,
  interval: number,
): ClockFaults {
  if (before === undefined) return NO_FAULTS;
  const awake = now.monotonic - before.monotonic;
  const isUptimeKnown = before.uptime > 0 && now.uptime > 0;
  const suspended = isUptimeKnown ? now.uptime - before.uptime - awake : 0;
  const isSuspended = suspended > TOLERANCE_SECONDS;
  const elapsed = awake + (isSuspended ? suspended : 0);
  const stepped = (now.wallMs - before.wallMs) / 1000 - elapsed;
  const late = awake - interval;
  return {
    stepped: Math.abs(stepped) > TOLERANCE_SECONDS + SLEW * elapsed ? stepped : undefined,
    suspended: isSuspended ? suspended : undefined,
    late: late > LATE_INTERVALS * interval + LATE_SECONDS ? late : undefined,
  };
}

/** A step is remembered for this many times the longest limit of a cell: see `firstStepOf`. */
const REMEMBERED_LIMITS = 2;

/** Adds a step to those that may still matter; `longest` is the longest limit of a cell, in seconds. */
export const withStep = (
  steps: readonly number[],
  now: number,
  longest: number,
): readonly number[] => [...steps.filter((at) => now - at <= REMEMBERED_LIMITS * longest), now];

/**
 * When the watch of a cell with this age limit restarted because the clock was set. Steps that
 * follow each other within one limit restart it only once: otherwise a clock that is set every
 * minute would hide a death forever. `steps` are sorted; undefined if there are none.
 */
export function firstStepOf(steps: readonly number[], limit: number): number | undefined {
  let first = steps.at(-1);
  for (let index = steps.length - 2; index >= 0; index--) {
    const step = steps[index] ?? 0;
    if (first === undefined || first - step > limit) return first;
    first = step;
  }
  return first;
}

/** A set clock as a sentence; `at` is the new time. */
export const stepText = (seconds: number, at: string): string =>
  `the clock of this host was set ${seconds > 0 ? "forward" : "back"} by ${describeDuration(seconds)}, to ${at}: silent agents get time to beat again`;

/** A suspended host as a sentence. */
export const suspendText = (seconds: number, at: string): string =>
  `this host was suspended for ${describeDuration(seconds)}, until ${at}: silent agents get time to beat again`;

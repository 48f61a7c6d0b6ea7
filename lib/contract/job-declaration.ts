/**
 * What an operator declares about a cron job: in the configuration, or by flags of `heartbeat run`.
 *
 * @module
 */
import * as v from "valibot";
import { numberUpTo, Seconds, wholeNumberFrom } from "../base/number.ts";
import { parseDuration } from "../base/duration.ts";
import { scheduleFlaw } from "./schedule.ts";

const DURATION = "Expected seconds, or a duration such as 30s, 5m, 2h or 1d";
/** Seconds, or text with a unit. */
const Duration = v.union(
  [Seconds, v.pipe(v.string(), v.regex(/^\d{1,6}[smhd]?$/, DURATION))],
  DURATION,
);
const SCHEDULE = 'Expected a cron schedule such as "30 2 * * 1-5"';
const ZONE = "Expected a time zone such as Europe/Berlin";
const CODES = "Expected exit codes, 0 to 255";
const FAILURES = "Expected a whole number, 1 to 1000";

/** Five fields of cron, or six with seconds first, or a nickname such as `@daily`. */
export const Schedule = v.pipe(v.string(SCHEDULE), v.regex(/^[\w*,/?#@+ \t-]{1,100}$/, SCHEDULE));
export const TimeZone = v.pipe(v.string(ZONE), v.regex(/^[A-Za-z][\w+/-]{0,63}$/, ZONE));
export const OkCodes = v.pipe(
  v.array(v.pipe(numberUpTo(255, CODES), v.integer(CODES)), CODES),
  v.minLength(1, CODES),
  v.maxLength(256, CODES),
);
export const FailureCount = wholeNumberFrom(1, 1000, FAILURES);

const entries = {
  /** When it is to run. Without `timezone`, in the time zone of the host that scans. */
  schedule: v.optional(Schedule),
  timezone: v.optional(TimeZone),
  /** How often it is to run, instead of a schedule. */
  period: v.optional(Duration),
  /** How late a run may be. */
  grace: v.optional(Duration),
  /** How long a run may last. */
  max_runtime: v.optional(Duration),
  /** The least time between two starts. */
  min_interval: v.optional(Duration),
  /** The exit codes that count as success. */
  ok_codes: v.optional(OkCodes),
  /** The number of failures in a row that is an alarm. */
  failures: v.optional(FailureCount),
};

/** The declaration of one job. */
export const JobDeclaration = v.pipe(
  v.strictObject(entries),
  v.check(
    ({ schedule, period }) => schedule === undefined || period === undefined,
    "Expected a schedule or a period, not both",
  ),
  v.check(
    ({ schedule, timezone }) => schedule !== undefined || timezone === undefined,
    "Expected a schedule for the time zone",
  ),
  v.check(
    ({ schedule, timezone }) =>
      schedule === undefined || scheduleFlaw(schedule, timezone) === undefined,
    ({ input: { schedule = "", timezone } }) => scheduleFlaw(schedule, timezone) ?? SCHEDULE,
  ),
);
export type JobDeclaration = v.InferOutput<typeof JobDeclaration>;

/** Seconds of a declared duration. */
export const secondsOf = (duration: number | string | undefined): number | undefined =>
  typeof duration === "string" ? parseDuration(duration) : duration;

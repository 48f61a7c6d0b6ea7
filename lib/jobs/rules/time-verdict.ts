/**
 * Whether a job reports in time, by its interval or schedule.
 *
 * @module
 */
import { describeDuration } from "../../base/duration.ts";
import { formatTimestamp, parseTimestamp } from "../../base/time.ts";
import type { JobRecord } from "../../contract/job.ts";
import type { Declared } from "./declaration.ts";
import { dueAfter, graceOf } from "./due.ts";
import type { Judgement } from "./judgement.ts";
import type { JobTimes } from "./report-job.ts";
import type { RunFacts } from "./run-verdict.ts";

/** For example, the record comes from another host, whose list of time zones is newer. */
const UNUSABLE_SCHEDULE =
  "it is unknown when it is due: its schedule is invalid, or its time zone is unknown here";

/** When the last report came. The start of a run that is seen is known by the kernel's clock. */
export function reportedAt(record: JobRecord, runs: readonly RunFacts[], now: number): number {
  const last = runs.find(({ run }) => run.run_id === record.run_id);
  if (record.status === "running" && last?.process === "alive") return now - 1000 * last.age;
  return parseTimestamp(record.timestamp) ?? Number.NaN;
}

/**
 * The times of a job that last reported at `at`. After a pause, which ended at `since`, it is due as
 * if it had reported then.
 */
export function timesOf(
  declared: Declared,
  at: number,
  now: number,
  since = Number.NEGATIVE_INFINITY,
): JobTimes {
  const dueAt = dueAfter(declared, since <= now ? Math.max(at, since) : at);
  const overdue = (now - dueAt) / 1000;
  return { at, age: (now - at) / 1000, dueAt, overdue, grace: graceOf(declared) };
}

/** A report from the future says nothing about when the job ran. */
export const judgeClock = ({ age }: JobTimes, skewSeconds: number): Judgement[] =>
  -age > skewSeconds
    ? [["unreadable", `its last report lies ${describeDuration(age)} in the future`]]
    : [];

/** Whether the next report is late. A run that has begun is judged by itself. */
export function judgeTime({ status }: JobRecord, times: JobTimes): Judgement[] {
  if (status === "running") return [];
  const late = lateness(times);
  if (late !== undefined) return [late];
  // A bad end is judged separately, with its own text.
  const isJudged = status !== "ok" && status !== "skipped";
  return [["on-time", isJudged ? "" : `${status} ${describeDuration(Math.max(0, times.age))} ago`]];
}

/** Whether a declared job that has no record should have run. */
export function judgeNeverRan(times: JobTimes): Judgement {
  const [health, text] = lateness(times) ?? [];
  if (health === "unknown") return [health, `it never ran, and ${text}`];
  if (health !== undefined) return [health, `it never ran, and is ${text}`];
  return [
    "on-time",
    `it has not run yet, and is due at ${formatTimestamp(times.dueAt) ?? "no time"}`,
  ];
}

function lateness({ overdue, grace }: JobTimes): Judgement | undefined {
  if (Number.isNaN(overdue)) return ["unknown", UNUSABLE_SCHEDULE];
  const late = `overdue by ${describeDuration(overdue)}`;
  if (overdue > grace)
    return ["missing", `${late}, more than its grace of ${describeDuration(grace)}`];
  return overdue > 0 ? ["late", late] : undefined;
}

/** Whether the last two runs started too soon after each other. */
export function judgeOften(
  record: JobRecord,
  { min_interval_seconds: least }: Declared,
): Judgement[] {
  const { previous_start: before = "", started_at = record.timestamp } = record;
  const gap = ((parseTimestamp(started_at) ?? 0) - (parseTimestamp(before) ?? Infinity)) / 1000;
  if (least === undefined || !(gap >= 0 && gap < least)) return [];
  const apart = `${describeDuration(gap)} after the one before`;
  return [["too-often", `its last run started ${apart}, not ${describeDuration(least)}`]];
}

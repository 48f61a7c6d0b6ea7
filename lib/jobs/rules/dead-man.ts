/**
 * The health of jobs: the dead man's switch.
 *
 * | health             | when                                                            | decided in       |
 * | ------------------ | --------------------------------------------------------------- | ---------------- |
 * | `paused`           | an operator paused it, and the pause has not ended              | pause.ts         |
 * | `unreadable`       | its file cannot be read or parsed, or lies in the future        | time-verdict.ts  |
 * | `lost`             | a run has begun, and its process is gone; or it cannot be seen, and the next run is overdue | run-verdict.ts, end-verdict.ts |
 * | `failed`           | the last run that ended failed, or took too long                | end-verdict.ts   |
 * | `missing`          | its next report is overdue by more than its grace               | time-verdict.ts  |
 * | `running-too-long` | a run lasts longer than its limit, or until the next is overdue; or its time limit could not end it | run-verdict.ts   |
 * | `unknown`          | a run that cannot be seen lasts longer than usual; or nobody can tell when it is due | run-verdict.ts, time-verdict.ts |
 * | `too-often`        | the last run started too soon after the one before              | time-verdict.ts  |
 * | `late`             | its next report is overdue                                      | time-verdict.ts  |
 * | `failing`          | as `lost` or `failed`, but fewer times than `failures` in a row | end-verdict.ts   |
 * | `on-time`          | none of these; also a job without a known interval              |                  |
 *
 * Every rule is evaluated, and the first row of the table that applies wins: so a failure stays until
 * a run has ended well, whatever has begun since, and a hanging run is reported despite later good ones.
 *
 * @module
 */
import type { Reading } from "../../contract/facts.ts";
import type { JobRecord } from "../../contract/job.ts";
import type { JobDeclaration } from "../../contract/job-declaration.ts";
import type { JobHistory } from "../../contract/job-run.ts";
import {
  JobHealth as Health,
  type JobHealth,
  type Jobs,
  type ReportJob,
} from "../../contract/job-report.ts";
import { parseTimestamp } from "../../base/time.ts";
import { describeDuration } from "../../base/duration.ts";
import { describeFlaw } from "../../verdict/problems.ts";
import { declarationOf } from "./declaration.ts";
import { judgeEnd } from "./end-verdict.ts";
import { historyOf } from "./job-history.ts";
import { type Judgement, worstFirst } from "./judgement.ts";
import { whilePaused } from "./pause.ts";
import { describeJob, unreadable } from "./report-job.ts";
import { judgeRun, type RunFacts } from "./run-verdict.ts";
import {
  judgeClock,
  judgeNeverRan,
  judgeOften,
  judgeTime,
  reportedAt,
  timesOf,
} from "./time-verdict.ts";

/** The facts about one job. */
export interface JobFacts {
  readonly job: string;
  readonly record: Reading<JobRecord>;
  /** Its runs that have begun and not ended. */
  readonly runs: readonly RunFacts[];
  /** What the configuration declares, and since when in milliseconds since 1970. */
  readonly configured?: JobDeclaration | undefined;
  readonly declaredAt?: number;
  /** When its pause ends or ended, in milliseconds since 1970. */
  readonly pausedUntil?: number | undefined;
}

/** The moment of a verdict, and by how many seconds a report may lie in the future. */
export interface JobMoment {
  readonly now: Date;
  readonly skewSeconds: number;
}

/** Judges one job. */
export const judgeJob = (facts: JobFacts, moment: JobMoment): ReportJob =>
  whilePaused(judgeActive(facts, moment), facts.pausedUntil, moment.now.getTime());

function judgeActive(facts: JobFacts, moment: JobMoment): ReportJob {
  const { job, record, configured } = facts;
  if (record.outcome === "read") return judgeRecord(facts, record.value, moment);
  if (record.outcome === "absent" && configured !== undefined) return judgeAbsent(facts, moment);
  const report = unreadable(job, `its record ${describeFlaw(record)}`);
  return { ...report, declared: configured !== undefined };
}

function judgeRecord(
  facts: JobFacts,
  record: JobRecord,
  { now, skewSeconds }: JobMoment,
): ReportJob {
  const { job, runs, configured, pausedUntil } = facts;
  const declared = declarationOf(record, configured);
  const history = historyOf(record);
  const at = reportedAt(record, runs, now.getTime());
  const times = timesOf(declared, at, now.getTime(), pausedUntil);
  const { durations_ms, failures_in_a_row } = history;
  const limits = { ...declared, durations_ms, failures_in_a_row };
  const ahead = judgeClock(times, skewSeconds);
  const judgements = worstFirst([
    ...ahead,
    ...runs.map((run) => judgeRun(run, limits, now.getTime())),
    ...judgeEnd(history, declared),
    ...(ahead.length > 0 ? [] : judgeTime(record, times)),
    ...judgeOften(record, declared),
  ]);
  const [health, reason] = judgements[0] ?? ["on-time", ""];
  const text = [reason, ...alsoText(judgements, history, now)].join("; ");
  const details = { ...times, history, runs, declared, isDeclared: configured !== undefined };
  return describeJob({ job, health, text }, record, details);
}

/** Judges a declared job without a record, by the time since it was declared. */
function judgeAbsent(facts: JobFacts, { now }: JobMoment): ReportJob {
  const { job, configured, declaredAt = 0, pausedUntil } = facts;
  const declared = declarationOf(undefined, configured);
  const times = timesOf(declared, declaredAt, now.getTime(), pausedUntil);
  const [health, text] = judgeNeverRan(times);
  const details = { ...times, history: {}, runs: [], declared, isDeclared: true };
  const report = describeJob({ job, health, text }, undefined, details);
  return { ...report, last_report: null, age_seconds: null };
}

/** What else people should know: the other bad judgements, and skipped runs. */
function alsoText(judgements: readonly Judgement[], history: JobHistory, now: Date): string[] {
  const [first, ...others] = judgements;
  const isBad = first !== undefined && first[0] !== "on-time";
  const shown = others.filter(([health, text]) => text !== "" && (health !== "on-time" || isBad));
  return [...new Set(shown.map(([, text]) => text)), ...skippedText(history, now)];
}

function skippedText({ skipped }: JobHistory, now: Date): string[] {
  if (skipped === undefined) return [];
  const { count, since } = skipped;
  const past = describeDuration((now.getTime() - (parseTimestamp(since) ?? 0)) / 1000);
  return [count === 1 ? `1 run skipped ${past} ago` : `${count} runs skipped in the last ${past}`];
}

/** Sorts the jobs of a directory by name, and counts them by health. */
export function summarizeJobs(directory: string, jobs: readonly ReportJob[]): Jobs {
  const zero = Object.fromEntries(Health.options.map((each) => [each, 0]));
  const summary = { total: jobs.length, ...(zero as Record<JobHealth, number>) };
  for (const { health } of jobs) summary[health] += 1;
  return {
    heartbeat_dir: directory,
    summary,
    jobs: jobs.toSorted((a, b) => (a.job < b.job ? -1 : 1)),
  };
}

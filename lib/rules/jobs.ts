/**
 * How jobs stand: the dead man's switch.
 *
 * | health             | when                                                            |
 * | ------------------ | --------------------------------------------------------------- |
 * | `unreadable`       | its file cannot be read, or says what nobody understands        |
 * | `lost`             | it is said to run, and its process is gone                      |
 * | `running-too-long` | it runs beyond its interval and grace                           |
 * | `failed`           | it failed, or took too long                                     |
 * | `missing`          | its next report is overdue by more than its grace               |
 * | `late`             | its next report is overdue                                      |
 * | `on-time`          | none of these; also a job that does not say how often it runs   |
 *
 * First match wins.
 *
 * @module
 */
import type { Reading } from "../schemas/facts.ts";
import type { JobRecord } from "../schemas/job.ts";
import { type JobHealth, JobHealth as Health, type Jobs, type ReportJob } from "../schemas/jobs.ts";
import { formatTimestamp, parseTimestamp } from "../schemas/time.ts";
import { describeDuration } from "./duration.ts";
import { printable, shortened } from "./printable.ts";
import { describeFlaw } from "./problems.ts";

/** A job that does not say how late it may be: a tenth of its interval, and a minute at least. */
const GRACE_SHARE = 0.1;
const LEAST_GRACE = 60;
const TEXT_LIMIT = 200;

/** What one look at a job found. */
export interface JobFacts {
  readonly job: string;
  readonly record: Reading<JobRecord>;
  /** Whether the run that its record tells of goes on. */
  readonly run: "alive" | "gone" | "unknown";
}

type Judgement = readonly [JobHealth, string];

/** Judges one job as of `now`; a clock may be ahead by `skewSeconds`. */
export function judgeJob(facts: JobFacts, skewSeconds: number, now: Date): ReportJob {
  const { job, record } = facts;
  if (record.outcome !== "read") return unreadable(job, `its record ${describeFlaw(record)}`);
  const times = timesOf(record.value, now);
  const [health, text] = judge(record.value, facts.run, times, skewSeconds);
  const { status, started_at, ended_at, interval_seconds, duration_ms, exit_code } = record.value;
  return {
    job,
    health,
    text: shortened(printable(text), TEXT_LIMIT),
    status,
    last_report: new Date(times.at).toISOString(),
    started_at: started_at ?? null,
    ended_at: ended_at ?? null,
    age_seconds: times.age,
    due_at: formatTimestamp(times.dueAt) ?? null,
    interval_seconds: interval_seconds ?? null,
    grace_seconds: interval_seconds === undefined ? null : times.grace,
    duration_ms: duration_ms ?? null,
    exit_code: exit_code ?? null,
  };
}

interface Times {
  readonly at: number;
  readonly age: number;
  /** When the next report is due, in milliseconds since 1970; infinity where nobody knows. */
  readonly dueAt: number;
  /** Seconds by which it is overdue; negative before. */
  readonly overdue: number;
  readonly grace: number;
}

function timesOf({ timestamp, interval_seconds, grace_seconds }: JobRecord, now: Date): Times {
  const at = parseTimestamp(timestamp) ?? Number.NaN;
  const age = (now.getTime() - at) / 1000;
  const interval = interval_seconds ?? Number.POSITIVE_INFINITY;
  const grace = grace_seconds ?? Math.max(LEAST_GRACE, GRACE_SHARE * interval);
  return { at, age, dueAt: at + 1000 * interval, overdue: age - interval, grace };
}

function judge(
  record: JobRecord,
  run: JobFacts["run"],
  { age, overdue, grace }: Times,
  skewSeconds: number,
): Judgement {
  const { status } = record;
  const late = describeDuration(overdue);
  if (-age > skewSeconds)
    return ["unreadable", `its last report lies ${describeDuration(age)} in the future`];
  if (status === "lost") return ["lost", "its end was never reported"];
  if (status === "running") {
    if (run === "gone") return ["lost", "it was running, and its process is gone"];
    if (overdue > grace)
      return ["running-too-long", `it has been running for ${describeDuration(age)}`];
    return ["on-time", `running for ${describeDuration(age)}`];
  }
  if (status === "fail" || status === "timeout") return ["failed", howItFailed(record)];
  if (overdue > grace)
    return ["missing", `overdue by ${late}, more than its grace of ${describeDuration(grace)}`];
  if (overdue > 0) return ["late", `overdue by ${late}`];
  return ["on-time", `${status} ${describeDuration(age)} ago`];
}

function howItFailed({ status, signal, exit_code, message }: JobRecord): string {
  const how = signal === undefined ? ` with ${exit_code}` : ` by ${signal}`;
  const ended = signal === undefined && exit_code === undefined ? "" : `: it ended${how}`;
  const said = message === undefined ? "" : `: ${message}`;
  return `${status === "timeout" ? "took too long" : "failed"}${ended}${said}`;
}

const unreadable = (job: string, text: string): ReportJob => ({
  job,
  health: "unreadable",
  text: shortened(printable(text), TEXT_LIMIT),
  status: null,
  last_report: null,
  started_at: null,
  ended_at: null,
  age_seconds: null,
  due_at: null,
  interval_seconds: null,
  grace_seconds: null,
  duration_ms: null,
  exit_code: null,
});

/** Gathers the jobs of a directory. */
export function gatherJobs(directory: string, jobs: readonly ReportJob[]): Jobs {
  const zero = Object.fromEntries(Health.options.map((each) => [each, 0]));
  const summary = { total: jobs.length, ...(zero as Record<JobHealth, number>) };
  for (const { health } of jobs) summary[health] += 1;
  return {
    heartbeat_dir: directory,
    summary,
    jobs: jobs.toSorted((a, b) => (a.job < b.job ? -1 : 1)),
  };
}

/** How bad a job stands, as a monitoring plugin has it: a late one is within its grace. */
export function checkJob({ health }: ReportJob): "OK" | "WARNING" | "CRITICAL" {
  if (health === "on-time" || health === "late") return "OK";
  return health === "running-too-long" ? "WARNING" : "CRITICAL";
}

/**
 * Cron jobs in a report.
 *
 * @module
 */
import * as v from "valibot";
import { JobStatus } from "./job.ts";
import { LastEnd } from "./job-run.ts";
import { Count } from "../base/number.ts";
import { Timestamp } from "../base/time.ts";

/** The health of a job. The meaning of a value never changes. */
export const JobHealth = v.picklist([
  "on-time",
  "late",
  "missing",
  "failed",
  "running-too-long",
  "lost",
  "unreadable",
  "unknown",
  "too-often",
  "failing",
  "paused",
]);
export type JobHealth = v.InferOutput<typeof JobHealth>;

/** One run that has begun and not ended. */
export const ReportRun = v.object({
  run_id: v.nullable(v.string()),
  started_at: Timestamp,
  /** How long it has been running, by the kernel's clock if its process can be seen. */
  age_seconds: v.number(),
  /** Whether its process still runs; unknown on another host or in another container. */
  process: v.picklist(["alive", "gone", "unknown"]),
});
export type ReportRun = v.InferOutput<typeof ReportRun>;

/** One job in a report; null means unknown. */
export const ReportJob = v.object({
  /** The name of the job's file, which may be invalid as a job name if its record is unreadable. */
  job: v.pipe(v.string(), v.regex(/^[^/\u0000]+$/)),
  health: JobHealth,
  /** The reason, in one sentence for people. */
  text: v.string(),
  /** The status in its record. */
  status: v.nullable(JobStatus),
  last_report: v.nullable(Timestamp),
  /** Start and end of its last run. */
  started_at: v.nullable(Timestamp),
  ended_at: v.nullable(Timestamp),
  /** Seconds since the last report; negative if that lies in the future. */
  age_seconds: v.nullable(v.number()),
  /** When the next report is due, without the grace. */
  due_at: v.nullable(Timestamp),
  interval_seconds: v.nullable(v.number()),
  grace_seconds: v.nullable(v.number()),
  /** The cron schedule, and its time zone; null without one, or for that of the host that scans. */
  schedule: v.nullable(v.string()),
  timezone: v.nullable(v.string()),
  /** When its pause ends; null without one. */
  paused_until: v.nullable(Timestamp),
  /** Whether the configuration declares it: such a job is listed before its first report. */
  declared: v.boolean(),
  duration_ms: v.nullable(v.number()),
  exit_code: v.nullable(Count),
  /** How its last run ended; `lost` if that run's process was found gone. */
  last_end: v.nullable(LastEnd),
  /** How many runs have ended badly since one ended well. */
  failures_in_a_row: v.nullable(Count),
  /** The runs that have begun and not ended, oldest first. */
  runs: v.array(ReportRun),
  /** The median of its last good runs. */
  usual_duration_ms: v.nullable(v.number()),
  /** The runs that were skipped because another one was running, since the last start. */
  skipped: v.nullable(v.object({ count: Count, since: Timestamp })),
});
export type ReportJob = v.InferOutput<typeof ReportJob>;

const counts = Object.fromEntries(JobHealth.options.map((health) => [health, Count]));

/** The number of jobs by health. */
export const JobSummary = v.object({
  total: Count,
  ...(counts as Record<JobHealth, typeof Count>),
});
export type JobSummary = v.InferOutput<typeof JobSummary>;

/** The jobs of one heartbeat directory, sorted by name. */
export const Jobs = v.object({
  heartbeat_dir: v.string(),
  summary: JobSummary,
  jobs: v.array(ReportJob),
});
export type Jobs = v.InferOutput<typeof Jobs>;

/** Schema of the output of `scan --jobs --json` and the body of `/v1/jobs`. */
export const JobsReport = v.object({
  schema_version: v.literal(1),
  generated_at: Timestamp,
  host: v.string(),
  ...Jobs.entries,
});
export type JobsReport = v.InferOutput<typeof JobsReport>;

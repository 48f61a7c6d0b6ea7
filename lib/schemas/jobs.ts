/**
 * Cron jobs as a report shows them.
 *
 * @module
 */
import * as v from "valibot";
import { JobStatus } from "./job.ts";
import { Count } from "./number.ts";
import { Timestamp } from "./time.ts";

/** How a job stands. A word never changes its meaning. */
export const JobHealth = v.picklist([
  "on-time",
  "late",
  "missing",
  "failed",
  "running-too-long",
  "lost",
  "unreadable",
]);
export type JobHealth = v.InferOutput<typeof JobHealth>;

/** One job in a report; null is what is not known. */
export const ReportJob = v.object({
  /** A job's name; of an unreadable record perhaps one that no job may have. */
  job: v.pipe(v.string(), v.regex(/^[^/\u0000]+$/)),
  health: JobHealth,
  /** Why, in one sentence for a person. */
  text: v.string(),
  /** What its record says. */
  status: v.nullable(JobStatus),
  last_report: v.nullable(Timestamp),
  /** When its last run started, and when that ended. */
  started_at: v.nullable(Timestamp),
  ended_at: v.nullable(Timestamp),
  /** Seconds since then; negative when it lies in the future. */
  age_seconds: v.nullable(v.number()),
  /** When the next report is due; its grace comes on top. */
  due_at: v.nullable(Timestamp),
  interval_seconds: v.nullable(v.number()),
  grace_seconds: v.nullable(v.number()),
  duration_ms: v.nullable(v.number()),
  exit_code: v.nullable(Count),
});
export type ReportJob = v.InferOutput<typeof ReportJob>;

const counts = Object.fromEntries(JobHealth.options.map((health) => [health, Count]));

/** How many jobs stand how. */
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

/** Schema of what `scan --jobs --json` prints and `/v1/jobs` answers. */
export const JobsReport = v.object({
  schema_version: v.literal(1),
  generated_at: Timestamp,
  host: v.string(),
  ...Jobs.entries,
});
export type JobsReport = v.InferOutput<typeof JobsReport>;

/**
 * `<heartbeat dir>/<job>.last`: the last report of a cron job.
 *
 * @module
 */
import * as v from "valibot";
import { Amount, Count, Seconds } from "../base/number.ts";
import { Timestamp } from "../base/time.ts";
import { FailureCount, OkCodes, Schedule, TimeZone } from "./job-declaration.ts";
import { historyEntries } from "./job-run.ts";

const EXPECTED =
  "Expected a name of letters, digits, dot, dash and underscore, not starting with a dot or dash";

/** A job's name, used as a file name: so it cannot be a path, a flag or a hidden file. */
export const JobName = v.pipe(
  v.string(EXPECTED),
  v.regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/, EXPECTED),
);

export const JobStatus = v.picklist(["running", "ok", "fail", "timeout", "skipped", "lost"]);

/** Schema of a job's record. Unknown keys are allowed. */
export const JobRecord = v.looseObject({
  schema_version: v.optional(v.literal(1)),
  job: JobName,
  status: JobStatus,
  timestamp: Timestamp,
  interval_seconds: v.optional(Seconds),
  message: v.optional(v.string()),
  host: v.optional(v.string()),
  boot_id: v.optional(v.string()),
  /** The job's process; in a record of `heartbeat --job`, the writing process. */
  pid: v.optional(Count),
  run_id: v.optional(v.string()),
  /** How far a report may exceed its interval before the job is missing. */
  grace_seconds: v.optional(Seconds),
  started_at: v.optional(Timestamp),
  ended_at: v.optional(Timestamp),
  duration_ms: v.optional(Amount),
  /** As in a shell: 128+n for a death by signal n. */
  exit_code: v.optional(Count),
  signal: v.optional(v.string()),
  /** CPU time of the job and of the children that it waited for. */
  cpu_ms: v.optional(Amount),
  /** The largest of their resident sizes; at least that of `heartbeat run` itself at the start. */
  peak_memory_bytes: v.optional(Amount),
  /** The tail of its stdout and stderr, with control characters escaped; only a writer gets it. */
  output: v.optional(v.string()),
  /** The file in the heartbeat directory with that output, which only its user and root can read. */
  output_file: v.optional(v.string()),
  /** When its process started, in clock ticks after boot. */
  pid_start: v.optional(Count),
  /** The `heartbeat run` process that will write the end record, and when it started. */
  runner_pid: v.optional(Count),
  runner_start: v.optional(Count),
  /** The namespace of these pids, such as `pid:[4026531836]`. */
  pid_namespace: v.optional(v.string()),
  /** The namespace of these start times, such as `time:[4026531834]`. */
  time_namespace: v.optional(v.string()),
  /** The time limit of this run: `--timeout`. */
  timeout_seconds: v.optional(Seconds),
  ...historyEntries,
  /** What the flags of `heartbeat run` declared about the job; the configuration overrides it. */
  schedule: v.optional(Schedule),
  timezone: v.optional(TimeZone),
  max_runtime_seconds: v.optional(Seconds),
  min_interval_seconds: v.optional(Seconds),
  ok_codes: v.optional(OkCodes),
  failures: v.optional(FailureCount),
});
export type JobRecord = v.InferOutput<typeof JobRecord>;

/** The file name of a job's record in the heartbeat directory. */
export const jobFile = (job: string): string => `${job}.last`;

/** The job whose record has this file name; empty for any other file. */
export const jobOf = (file: string): string =>
  file.endsWith(".last") ? file.slice(0, -".last".length) : "";

/**
 * `<heartbeat dir>/<job>.last`: when a cron job last reported, and how it went.
 *
 * @module
 */
import * as v from "valibot";
import { Amount, Count, Seconds } from "./number.ts";
import { Timestamp } from "./time.ts";

const EXPECTED =
  "Expected a name of letters, digits, dot, dash and underscore, not starting with a dot or dash";

/** A job's name is a file's name: it can name no other directory, no flag and no hidden file. */
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
  /** The job's process; of a record that `heartbeat --job` writes, the writer itself. */
  pid: v.optional(Count),
  run_id: v.optional(v.string()),
  /** How late it may be, beyond its interval. */
  grace_seconds: v.optional(Seconds),
  started_at: v.optional(Timestamp),
  ended_at: v.optional(Timestamp),
  duration_ms: v.optional(Amount),
  /** What a shell would call it: 128+n after the signal n. */
  exit_code: v.optional(Count),
  signal: v.optional(v.string()),
  /** CPU time of the job and of the children that it waited for. */
  cpu_ms: v.optional(Amount),
  /** The most that one of them held; never less than what `heartbeat run` itself holds at the start. */
  peak_memory_bytes: v.optional(Amount),
  /** The end of what it wrote to stdout and stderr, with its control characters escaped. */
  output: v.optional(v.string()),
  /** When its process started, in clock ticks after the boot. */
  pid_start: v.optional(Count),
  /** The `heartbeat run` that writes the job's end, and when it started. */
  runner_pid: v.optional(Count),
  runner_start: v.optional(Count),
  /** Where these numbers mean these processes, such as `pid:[4026531836]`. */
  pid_namespace: v.optional(v.string()),
});
export type JobRecord = v.InferOutput<typeof JobRecord>;

/** The name of a job's record in the heartbeat directory. */
export const jobFile = (job: string): string => `${job}.last`;

/** The job whose record has this name; empty where it is no record's. */
export const jobOf = (file: string): string =>
  file.endsWith(".last") ? file.slice(0, -".last".length) : "";

/** The job under which this toolkit reports itself. */
export const OWN_JOB = "lazarus_pit";

/**
 * The runs of a cron job, as its record keeps them.
 *
 * @module
 */
import * as v from "valibot";
import { Amount, Count, Seconds } from "../base/number.ts";
import { Timestamp } from "../base/time.ts";

/** The most runs of a record that have begun and not ended, and the most durations. */
export const MAX_RUNS = 16;
export const MAX_DURATIONS = 20;
/** A record of another writer may hold more of them. */
const MAX_READ = 200;

const Word = v.pipe(v.string(), v.maxLength(255));

/** A run that has begun, and whose end nobody has reported. */
export const BegunRun = v.object({
  run_id: v.optional(Word),
  started_at: Timestamp,
  host: v.optional(Word),
  boot_id: v.optional(Word),
  /** The command, and when it started in clock ticks after boot. */
  pid: v.optional(Count),
  pid_start: v.optional(Count),
  /** The `heartbeat run` process, which reports the end. Without it, any reported end is this run's. */
  runner_pid: v.optional(Count),
  runner_start: v.optional(Count),
  pid_namespace: v.optional(Word),
  time_namespace: v.optional(Word),
  /** Its `--timeout`. */
  timeout_seconds: v.optional(Seconds),
  /** What went wrong while it runs: the processes that its time limit could not end. */
  message: v.optional(v.string()),
});
export type BegunRun = v.InferOutput<typeof BegunRun>;

export const JobEndStatus = v.picklist(["ok", "fail", "timeout", "lost"]);
export type JobEndStatus = v.InferOutput<typeof JobEndStatus>;

/** The last end of a run. A run that is found gone ended as `lost`, at the time when it was found. */
export const LastEnd = v.object({
  status: JobEndStatus,
  ended_at: Timestamp,
  started_at: v.optional(Timestamp),
  exit_code: v.optional(Count),
  signal: v.optional(Word),
  duration_ms: v.optional(Amount),
  message: v.optional(v.string()),
  run_id: v.optional(Word),
});
export type LastEnd = v.InferOutput<typeof LastEnd>;

/** What a record keeps of earlier runs. Records of older versions and of other writers lack it. */
export const historyEntries = {
  last_end: v.optional(LastEnd),
  /** How many runs have ended badly since one ended well. */
  failures_in_a_row: v.optional(Count),
  /** The runs that have begun and not ended, oldest first, and how many more were dropped. */
  runs: v.optional(v.pipe(v.array(BegunRun), v.maxLength(MAX_READ))),
  runs_dropped: v.optional(Count),
  /** How long the last good runs took, oldest first. */
  durations_ms: v.optional(v.pipe(v.array(Amount), v.maxLength(MAX_READ))),
  /** The runs that were skipped because another one was running, since the last start. */
  skipped: v.optional(v.object({ count: Count, since: Timestamp })),
  /** When the run before the last one started. */
  previous_start: v.optional(Timestamp),
};
const History = v.object(historyEntries);
export type JobHistory = v.InferOutput<typeof History>;

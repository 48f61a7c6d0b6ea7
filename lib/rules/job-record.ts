/**
 * The records of a job that `heartbeat run` wraps.
 *
 * @module
 */
import type { JobRecord } from "../schemas/job.ts";

/** What stays the same from a run's start to its end. */
export type JobRun = Pick<
  JobRecord,
  | "job"
  | "interval_seconds"
  | "grace_seconds"
  | "host"
  | "boot_id"
  | "pid"
  | "pid_start"
  | "runner_pid"
  | "runner_start"
  | "pid_namespace"
  | "run_id"
>;

/** How a run came to its end. */
export interface JobEnd {
  readonly status: "ok" | "fail" | "timeout";
  readonly endedAt: Date;
  readonly duration_ms: number;
  readonly exit_code: number;
  readonly signal?: string | undefined;
  readonly cpu_ms?: number | undefined;
  readonly peak_memory_bytes?: number | undefined;
  readonly output?: string | undefined;
}

/** The record of a run that has just started. */
export const startRecord = (run: JobRun, startedAt: Date): JobRecord =>
  recordOf(run, "running", startedAt, { started_at: startedAt.toISOString() });

/** The record of a run that did not start, because another went on. */
export const skipRecord = (run: JobRun, now: Date): JobRecord => recordOf(run, "skipped", now, {});

/** The record of a run that has ended, written `now`: its output may have taken a while. */
export function endRecord(
  run: JobRun,
  startedAt: Date,
  { status, endedAt, ...end }: JobEnd,
  now: Date,
): JobRecord {
  const given = Object.entries(end).filter(([, value]) => value !== undefined);
  return recordOf(run, status, now, {
    started_at: startedAt.toISOString(),
    ended_at: endedAt.toISOString(),
    ...Object.fromEntries(given),
  });
}

const recordOf = (
  { job, ...rest }: JobRun,
  status: JobRecord["status"],
  now: Date,
  about: object,
): JobRecord => ({
  schema_version: 1,
  job,
  status,
  timestamp: now.toISOString(),
  ...about,
  ...rest,
});

/**
 * The records of a job's runs. Each is made from the record before it.
 *
 * @module
 */
import { defined } from "../../base/defined.ts";
import type { JobRecord } from "../../contract/job.ts";
import type { BegunRun, JobEndStatus, JobHistory, LastEnd } from "../../contract/job-run.ts";
import { type Declared, declaredIn } from "./declaration.ts";
import { begunRuns, historyOf, withEnd, withoutLost, withSkip, withStart } from "./job-history.ts";

/** The fields that stay the same during a run. */
export type JobRun = Omit<BegunRun, "started_at"> & {
  readonly job: string;
  readonly declared: Declared;
};

/** The result of a run. */
export interface JobEnd {
  readonly status: "ok" | "fail" | "timeout";
  readonly endedAt: Date;
  readonly duration_ms: number;
  readonly exit_code: number;
  readonly signal?: string | undefined;
  readonly cpu_ms?: number | undefined;
  readonly peak_memory_bytes?: number | undefined;
  /** What went wrong at the end, such as a process that could not be ended. */
  readonly message?: string | undefined;
  readonly output?: string | undefined;
  readonly output_file?: string | undefined;
}

type Previous = JobRecord | undefined;

/** The record of a run that has just started. `isOver` is true for earlier runs that can no longer report their end. */
export function startRecord(
  previous: Previous,
  run: JobRun,
  startedAt: Date,
  isOver: (run: BegunRun) => boolean,
): JobRecord {
  const started_at = startedAt.toISOString();
  const history = withoutLost(historyOf(previous), isOver, startedAt);
  const kept = withStart(history, begun(run, started_at), startOf(previous));
  return recordOf(run, "running", startedAt, { started_at, ...kept });
}

/** The record after a run was skipped: what is known about the other runs stays, and so does the time. */
export function skipRecord(previous: Previous, run: JobRun, now: Date): JobRecord {
  if (previous === undefined) return recordOf(run, "skipped", now, withSkip({}, now));
  return { ...previous, ...withSkip(historyOf(previous), now) };
}

/** The record during a run, with what went wrong in it; undefined without a record. */
export function messageRecord(
  previous: Previous,
  { run_id }: JobRun,
  message: string,
): JobRecord | undefined {
  if (previous === undefined) return undefined;
  const runs = begunRuns(previous).map((each) =>
    each.run_id === run_id ? { ...each, message } : each,
  );
  return { ...previous, ...(previous.run_id === run_id ? { message } : {}), runs };
}

/** The record of a run that has ended; `now` is later than its end while output is drained. */
export function endRecord(
  previous: Previous,
  run: JobRun,
  startedAt: Date,
  { now, ...how }: JobEnd & { readonly now: Date },
): JobRecord {
  const { status, endedAt, ...end } = how;
  const times = { started_at: startedAt.toISOString(), ended_at: endedAt.toISOString() };
  const { exit_code, signal, duration_ms, message } = end;
  const { run_id } = run;
  const last = {
    status,
    ...times,
    ...defined({ exit_code, signal, duration_ms, message, run_id }),
  };
  const history = withEnd(historyOf(previous), last, (each) => each.run_id === run_id);
  return recordOf(run, status, now, { ...times, ...defined(end), ...history });
}

/**
 * The record after a report of `heartbeat --job`, which names a moment but no process. It keeps what
 * was declared before. The end of a run ends every run whose process is unknown.
 */
export function reportRecord(previous: Previous, report: JobRecord): JobRecord {
  return { ...declaredIn(previous), ...report, ...historyAfter(previous, report) };
}

function historyAfter(previous: Previous, report: JobRecord): JobHistory & Partial<JobRecord> {
  const history = historyOf(previous);
  const { status, timestamp, run_id, host, boot_id, message } = report;
  if (status === "skipped") return withSkip(history, new Date(timestamp));
  if (status === "running") {
    const run = { started_at: timestamp, ...defined({ run_id, host, boot_id }) };
    return { started_at: timestamp, ...withStart(history, run, startOf(previous)) };
  }
  const last: LastEnd = {
    status: status satisfies JobEndStatus,
    ended_at: timestamp,
    ...defined({ message, run_id }),
  };
  return withEnd(history, last, isAnonymous);
}

const isAnonymous = ({ pid_start, runner_start }: BegunRun): boolean =>
  pid_start === undefined && runner_start === undefined;

/** When the last run of a record started, or was reported. */
const startOf = (record: Previous): string | undefined => record?.started_at ?? record?.timestamp;

function begun(run: JobRun, started_at: string): BegunRun {
  const { job: _job, declared: _declared, ...who } = run;
  return { started_at, ...who };
}

const recordOf = (
  { job, declared, ...rest }: JobRun,
  status: JobRecord["status"],
  now: Date,
  details: object,
): JobRecord => ({
  schema_version: 1,
  job,
  status,
  timestamp: now.toISOString(),
  ...declared,
  ...rest,
  ...details,
});

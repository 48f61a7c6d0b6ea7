/**
 * What a job's record keeps of earlier runs, and how it changes when a run begins or ends.
 *
 * @module
 */
import { defined } from "../../base/defined.ts";
import { parseTimestamp } from "../../base/time.ts";
import type { JobRecord } from "../../contract/job.ts";
import {
  type BegunRun,
  type JobEndStatus,
  type JobHistory,
  type LastEnd,
  MAX_DURATIONS,
  MAX_RUNS,
} from "../../contract/job-run.ts";

const END_STATUSES: readonly string[] = ["ok", "fail", "timeout", "lost"] satisfies JobEndStatus[];

/** The history in a record; records of older versions and of other writers tell of their last run. */
export function historyOf(record: JobRecord | undefined): JobHistory {
  if (record === undefined) return {};
  const { runs_dropped, durations_ms, skipped, previous_start } = record;
  const last_end = lastEndOf(record);
  return defined({
    last_end,
    failures_in_a_row: failuresOf(record, last_end),
    runs: begunRuns(record),
    runs_dropped,
    durations_ms,
    skipped,
    previous_start,
  });
}

/** The later one of the end that the record keeps and the one that it reports. */
function lastEndOf(record: JobRecord): LastEnd | undefined {
  const reported = reportedEnd(record);
  const { last_end: kept } = record;
  if (kept === undefined || reported === undefined) return kept ?? reported;
  return momentOf(kept) > momentOf(reported) ? kept : reported;
}

const momentOf = ({ ended_at }: LastEnd): number => parseTimestamp(ended_at) ?? 0;

function reportedEnd(record: JobRecord): LastEnd | undefined {
  const { status, timestamp, ended_at = timestamp, started_at, message } = record;
  if (!END_STATUSES.includes(status)) return undefined;
  const { exit_code, signal, duration_ms, run_id } = record;
  const details = { started_at, exit_code, signal, duration_ms, message, run_id };
  return { status: status as JobEndStatus, ended_at, ...defined(details) };
}

/** How many runs have ended badly since one ended well. */
function failuresOf({ failures_in_a_row }: JobRecord, end: LastEnd | undefined): number {
  if (end === undefined || end.status === "ok") return 0;
  return Math.max(1, failures_in_a_row ?? 0);
}

/** The runs of a record that have begun and not ended, oldest first. */
export function begunRuns(record: JobRecord): BegunRun[] {
  const { runs = [], status, run_id, timestamp, started_at = timestamp } = record;
  const isKept = runs.some((run) => run.run_id === run_id && run_id !== undefined);
  if (status !== "running" || isKept) return runs;
  const { host, boot_id, pid, pid_start, runner_pid, runner_start } = record;
  const { pid_namespace, time_namespace, timeout_seconds } = record;
  const who = { run_id, host, boot_id, pid, pid_start, runner_pid, runner_start };
  const where = { pid_namespace, time_namespace, timeout_seconds };
  return [...runs, { started_at, ...defined({ ...who, ...where }) }];
}

/** The history after a run has begun; `previousStart` is when the one before it did. */
export function withStart(
  history: JobHistory,
  run: BegunRun,
  previousStart: string | undefined,
): JobHistory {
  const { skipped: _ended, previous_start: _older, runs: earlier = [], ...rest } = history;
  const runs = [...earlier, run];
  const dropped = (history.runs_dropped ?? 0) + Math.max(0, runs.length - MAX_RUNS);
  return {
    ...rest,
    runs: runs.slice(-MAX_RUNS),
    ...(dropped > 0 ? { runs_dropped: dropped } : {}),
    ...defined({ previous_start: previousStart }),
  };
}

/** The history after the runs that are `ended` have ended, the last of them as `end`. */
export function withEnd(
  history: JobHistory,
  end: LastEnd,
  ended: (run: BegunRun) => boolean,
): JobHistory {
  const { durations_ms = [], failures_in_a_row = 0 } = history;
  const isGood = end.status === "ok";
  const durations =
    isGood && end.duration_ms !== undefined ? [...durations_ms, end.duration_ms] : durations_ms;
  return {
    ...history,
    last_end: end,
    failures_in_a_row: isGood ? 0 : failures_in_a_row + 1,
    runs: (history.runs ?? []).filter((run) => !ended(run)),
    durations_ms: durations.slice(-MAX_DURATIONS),
  };
}

/**
 * The history without the runs that are `over`: each ended as `lost`, as of `now`. A run that begins
 * does this, so that its own good end can make up for them.
 */
export function withoutLost(
  history: JobHistory,
  over: (run: BegunRun) => boolean,
  now: Date,
): JobHistory {
  const lost = (history.runs ?? []).filter(over);
  return lost.reduce(
    (before, run) => withEnd(before, lostEnd(run, now), (each) => each === run),
    history,
  );
}

const lostEnd = ({ run_id, started_at }: BegunRun, now: Date): LastEnd => ({
  status: "lost",
  started_at,
  ended_at: now.toISOString(),
  ...defined({ run_id }),
});

/** The history after one more run was skipped. */
export function withSkip(history: JobHistory, now: Date): JobHistory {
  const { count, since } = history.skipped ?? { count: 0, since: now.toISOString() };
  return { ...history, skipped: { count: count + 1, since } };
}

/**
 * What a report of `heartbeat --job` replaces, if people should know about it.
 *
 * @module
 */
import { describeDuration } from "../../base/duration.ts";
import { quoted } from "../../base/printable.ts";
import { parseTimestamp } from "../../base/time.ts";
import type { JobRecord } from "../../contract/job.ts";
import { begunRuns, historyOf } from "./job-history.ts";

/** A clause about a failure that a good report replaces, or about runs that have not ended. */
export function replacedText(previous: JobRecord, next: JobRecord, now: Date): string | undefined {
  const clauses = [replacedFailure(previous, next, now), openRuns(previous, next)];
  const found = clauses.filter((each) => each !== undefined);
  return found.length === 0 ? undefined : `job ${quoted(next.job)}: ${found.join("; ")}`;
}

function replacedFailure(previous: JobRecord, next: JobRecord, now: Date): string | undefined {
  const { last_end: end, failures_in_a_row: count } = historyOf(previous);
  if (end === undefined || end.status === "ok" || next.last_end?.status !== "ok") return undefined;
  const age = (now.getTime() - (parseTimestamp(end.ended_at) ?? 0)) / 1000;
  const many = count === undefined || count < 2 ? "" : `, ${count} in a row`;
  return `replaced the ${quoted(end.status)} of ${describeDuration(age)} ago${many}`;
}

function openRuns(previous: JobRecord, next: JobRecord): string | undefined {
  const before = begunRuns(previous);
  const left = next.runs ?? [];
  const ended = before.filter((run) => !left.some(({ run_id }) => run_id === run.run_id));
  if (next.status === "running" && before.length > 0)
    return `${runsText(before.length)} recorded as running, besides this one`;
  if (ended.length > 1) return `ended ${ended.length} runs that were recorded as running`;
  const others = next.status === "running" ? 0 : left.length;
  return others === 0
    ? undefined
    : `${runsText(others)} still recorded as running: heartbeat run reports their end`;
}

const runsText = (count: number): string =>
  count === 1 ? "1 earlier run is" : `${count} earlier runs are`;

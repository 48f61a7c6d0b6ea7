/**
 * One job as a report shows it.
 *
 * @module
 */
import { printable, shortened } from "../../base/printable.ts";
import { formatTimestamp } from "../../base/time.ts";
import type { JobRecord } from "../../contract/job.ts";
import type { JobHistory } from "../../contract/job-run.ts";
import type { ReportJob, ReportRun } from "../../contract/job-report.ts";
import type { Declared } from "./declaration.ts";
import type { RunFacts } from "./run-verdict.ts";
import { medianDuration } from "./usual.ts";

/** The most characters of the reason. */
const TEXT_LIMIT = 200;

/** The times of a job. */
export interface JobTimes {
  /** When it last reported, in milliseconds since 1970. */
  readonly at: number;
  readonly age: number;
  /** When the next report is due: infinity without an interval, NaN if that cannot be computed. */
  readonly dueAt: number;
  /** Seconds by which it is overdue; negative before. */
  readonly overdue: number;
  readonly grace: number;
}

/** What a report says about a job besides its verdict. */
interface JobDetails extends JobTimes {
  readonly history: JobHistory;
  readonly runs: readonly RunFacts[];
  readonly declared: Declared;
  /** Whether the configuration declares the job. */
  readonly isDeclared: boolean;
}

/** The report of a job whose record was read, or of one that has none yet. */
export function describeJob(
  verdict: Pick<ReportJob, "job" | "health" | "text">,
  record: JobRecord | undefined,
  { at, age, dueAt, grace, history, runs, declared, isDeclared }: JobDetails,
): ReportJob {
  const { status, started_at, ended_at, duration_ms, exit_code } = record ?? {};
  return {
    ...verdict,
    text: shortened(printable(verdict.text), TEXT_LIMIT),
    status: status ?? null,
    last_report: formatTimestamp(at) ?? null,
    started_at: started_at ?? null,
    ended_at: ended_at ?? null,
    age_seconds: age,
    due_at: formatTimestamp(dueAt) ?? null,
    interval_seconds: declared.interval_seconds ?? null,
    grace_seconds: Number.isFinite(dueAt) ? grace : null,
    schedule: declared.schedule ?? null,
    timezone: declared.timezone ?? null,
    paused_until: null,
    declared: isDeclared,
    duration_ms: duration_ms ?? null,
    exit_code: exit_code ?? null,
    last_end: history.last_end ?? null,
    failures_in_a_row: history.failures_in_a_row ?? 0,
    runs: runs.map(reportRun),
    usual_duration_ms: medianDuration(history.durations_ms) ?? null,
    skipped: history.skipped ?? null,
  };
}

const reportRun = ({ run, process, age }: RunFacts): ReportRun => ({
  run_id: run.run_id ?? null,
  started_at: run.started_at,
  age_seconds: age,
  process,
});

/** The report of a job about which only the reason is known. */
export const unreadable = (job: string, text: string): ReportJob => ({
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
  schedule: null,
  timezone: null,
  paused_until: null,
  declared: false,
  duration_ms: null,
  exit_code: null,
  last_end: null,
  failures_in_a_row: null,
  runs: [],
  usual_duration_ms: null,
  skipped: null,
});

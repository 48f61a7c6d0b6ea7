/**
 * How bad a cron job's health is, for monitoring, for sorting and for the page.
 *
 * Imports types only, so that the page carries these lines and no schema.
 *
 * @module
 */
import type { ReportJob } from "../../contract/job-report.ts";

export type JobSeverity = "OK" | "WARNING" | "CRITICAL";

/** Every severity, worst first. */
const JOB_SEVERITIES: readonly JobSeverity[] = ["CRITICAL", "WARNING", "OK"];

const SEVERITIES: Readonly<Record<ReportJob["health"], JobSeverity>> = {
  "on-time": "OK",
  late: "OK",
  failing: "OK",
  paused: "OK",
  "running-too-long": "WARNING",
  unknown: "WARNING",
  "too-often": "WARNING",
  missing: "CRITICAL",
  failed: "CRITICAL",
  lost: "CRITICAL",
  unreadable: "CRITICAL",
};

type Judged = Pick<ReportJob, "health">;

/** A job's severity as a monitoring plugin reports it: a late job is still within its grace. */
export function jobSeverity({ health }: Judged): JobSeverity {
  return SEVERITIES[health];
}

/** A job's place among the severities: 0 for the worst. */
export const jobSeverityRank = (job: Judged): number => JOB_SEVERITIES.indexOf(jobSeverity(job));

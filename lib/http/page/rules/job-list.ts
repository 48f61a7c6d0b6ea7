/**
 * The cron jobs as the page lists them.
 *
 * @module
 */
import type { Jobs, ReportJob } from "../../../contract/job-report.ts";
import { jobSeverity } from "../../../jobs/rules/job-severity.ts";
import { type DisplayStatus, DISPLAY_STATUSES } from "../../../verdict/display-status.ts";
import { describeDuration } from "../../../base/duration.ts";
import { countText } from "./format.ts";

const LOOKS = { OK: "healthy", WARNING: "stale", CRITICAL: "incomplete" } as const;

const RESTING: readonly string[] = ["late", "failing", "paused"];

/** The cell status whose color and symbol a job's health takes: a late, failing or paused job is not bad yet. */
export const jobLook = (job: ReportJob): DisplayStatus =>
  RESTING.includes(job.health) ? "resting" : LOOKS[jobSeverity(job)];

const lookRank = (job: ReportJob): number => DISPLAY_STATUSES.indexOf(jobLook(job));

/** The jobs, worst first. */
export const sortedJobs = (jobs: readonly ReportJob[]): readonly ReportJob[] =>
  jobs.toSorted((a, b) => lookRank(a) - lookRank(b));

/** Whether any job needs attention. */
export const hasBadJob = (jobs: readonly ReportJob[]): boolean =>
  jobs.some((job) => jobSeverity(job) !== "OK");

/** How long the last run that ended took, beside its usual duration; empty if that is unknown. */
export function durationText({ last_end, usual_duration_ms }: ReportJob): string {
  const took = last_end?.duration_ms;
  const usual = usual_duration_ms === null ? "" : `, usually ${timeText(usual_duration_ms)}`;
  return took === undefined ? "" : `took ${timeText(took)}${usual}`;
}

/** When the last run ended, or the job last reported; null if it never did. */
export const lastEnd = ({ last_end, ended_at, last_report }: ReportJob): string | null =>
  last_end?.ended_at ?? ended_at ?? last_report;

const timeText = (ms: number): string => describeDuration(ms / 1000);

/** The number of jobs by health: `3 cron jobs: 2 on-time, 1 failed`. */
export function jobsHeading({ total, ...counts }: Jobs["summary"]): string {
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  const list = present.map(([health, count]) => `${countText(count)} ${health}`).join(", ");
  return `${countText(total)} cron ${total === 1 ? "job" : "jobs"}: ${list}`;
}

/**
 * Showing the jobs of a host in the requested format.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { CHECK_EXIT, checkJobs, checkJobsLine, jobCounts } from "./rules/nagios.ts";
import { jobGauges } from "./rules/prometheus-jobs.ts";
import { jobNextStep } from "../jobs/rules/job-next-step.ts";
import { jobSeverityRank } from "../jobs/rules/job-severity.ts";
import { largestUnit } from "../base/duration.ts";
import { printable, printableJson, shortened } from "../base/printable.ts";
import { EXIT } from "../base/errors.ts";
import { parseTimestamp } from "../base/time.ts";
import type { JobsReport, ReportJob } from "../contract/job-report.ts";
import type { Settings } from "../contract/settings.ts";
import { scanJobs } from "../jobs/scan-jobs.ts";
import { hostName } from "../host/host.ts";
import { writeOutput } from "../host/files/output-file.ts";
import { printText } from "../host/stdio/stdio.ts";
import { alignColumns } from "../cli/columns.ts";
import type { ScanOptions } from "./scan-flags.ts";
import { terminalWidth } from "./table-screen.ts";

/** How to show the jobs. */
export type JobsOptions = Pick<ScanOptions, "format" | "output" | "minJobs">;

/**
 * Scans the jobs and shows them; returns the exit code. The root is not opened: a host may have
 * jobs and no cells.
 *
 * @throws {OperatorError} when they cannot be listed, or the output is not written completely.
 */
export function showJobs(settings: Settings, options: JobsOptions, now: Date): number {
  const jobs = scanJobs(settings, now);
  const report: JobsReport = {
    schema_version: 1,
    generated_at: now.toISOString(),
    host: hostName(),
    ...jobs,
  };
  const text = render(report, options);
  if (options.output === undefined) printText(text);
  else writeOutput(options.output, text);
  return options.format === "check" ? CHECK_EXIT[checkJobs(jobs, options.minJobs)] : EXIT.ok;
}

function render(report: JobsReport, { format: form, minJobs }: JobsOptions): string {
  if (form === "check")
    return `${printable(checkJobsLine(report, minJobs, existsSync(report.heartbeat_dir)))}\n`;
  if (form === "prometheus") return jobGauges(report, true).join("");
  return form === "json" ? `${printableJson(report, 2)}\n` : jobsText(report);
}

const HEADINGS = ["JOB", "HEALTH", "LAST", "EVERY", "DUE"] as const;

/** The jobs as a table, worst first, with the reason below each that is not on time. */
function jobsText({ jobs, summary, heartbeat_dir, generated_at }: JobsReport): string {
  const now = parseTimestamp(generated_at) ?? 0;
  const width = terminalWidth();
  if (jobs.length === 0) return `No jobs in ${printable(heartbeat_dir)}\n`;
  const sorted = jobs.toSorted((a, b) => jobSeverityRank(a) - jobSeverityRank(b));
  const [headings = "", ...rows] = alignColumns([
    HEADINGS,
    ...sorted.map((job) => columnsOf(job, now)),
  ]);
  const lines = sorted.flatMap((job, at) => [
    rows[at] ?? "",
    ...reasonOf(job, width),
    ...stepOf(job, sorted[at - 1]),
  ]);
  const total = `${summary.total} ${summary.total === 1 ? "job" : "jobs"}`;
  return `${[headings, ...lines, "", `${total}: ${jobCounts(summary)}`].join("\n")}\n`;
}

function columnsOf(job: ReportJob, now: number): string[] {
  const every = job.schedule ?? timeText(job.interval_seconds);
  return [
    shortened(printable(job.job), 30),
    job.health,
    timeText(job.age_seconds),
    shortened(printable(every), 16),
    dueText(job, now),
  ];
}

/** When a job is due next, relative to `now` in milliseconds since 1970: `in 3h`, or `2d ago`. */
function dueText({ due_at }: ReportJob, now: number): string {
  const due = due_at === null ? undefined : parseTimestamp(due_at);
  if (due === undefined) return "-";
  const distance = largestUnit((due - now) / 1000);
  return due < now ? `${distance} ago` : `in ${distance}`;
}

const timeText = (seconds: number | null): string =>
  seconds === null ? "-" : largestUnit(seconds);

/** The next step for a job; jobs that follow each other and share one are told once. */
function stepOf(job: ReportJob, before: ReportJob | undefined): string[] {
  const step = jobNextStep(job);
  const isTold = before !== undefined && jobNextStep(before) === step;
  return step === undefined || isTold ? [] : [`    next: ${step}`];
}

/** A job that is on time needs no reason, unless its runs are skipped or it never ran. */
function reasonOf(job: ReportJob, width: number): string[] {
  const isQuiet = job.health === "on-time" && job.skipped === null && job.status !== null;
  return isQuiet ? [] : [shortened(`    ${job.text}`, width)];
}

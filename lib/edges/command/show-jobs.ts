/**
 * Jobs in the form that was asked for.
 *
 * @module
 */
import { CHECK_EXIT, checkJobs, checkJobsLine, jobCounts } from "../../rules/check.ts";
import { checkJob } from "../../rules/jobs.ts";
import { largestUnit } from "../../rules/duration.ts";
import { printable, printableJson, shortened } from "../../rules/printable.ts";
import { EXIT } from "../../schemas/errors.ts";
import type { Jobs, JobsReport, ReportJob } from "../../schemas/jobs.ts";
import type { Settings } from "../../schemas/settings.ts";
import { scanJobs } from "../cell/jobs.ts";
import { hostName } from "../host/host.ts";
import { writeOutput } from "../host/output.ts";
import { printText } from "../host/stdout.ts";
import { linesOf } from "./columns.ts";
import type { ScanOptions } from "./scan-options.ts";

/**
 * Looks at the jobs and shows them; gives the exit code. The root is not looked at: a host may
 * have jobs and no cells.
 *
 * @throws {OperatorError} when they could not be listed, or not be shown whole.
 */
export function showJobs(settings: Settings, options: ScanOptions, now: Date): number {
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
  return options.form === "check" ? CHECK_EXIT[checkJobs(jobs)] : EXIT.ok;
}

function render(report: JobsReport, { form }: ScanOptions): string {
  if (form === "check") return `${printable(checkJobsLine(report))}\n`;
  return form === "json" ? `${printableJson(report, 2)}\n` : jobsText(report);
}

const HEADS = ["JOB", "HEALTH", "LAST", "EVERY"] as const;
const WIDTH = 80;

/** The jobs as a table, worst first, with the reason of a bad one on a line of its own. */
function jobsText({ jobs, summary, heartbeat_dir }: Jobs): string {
  if (jobs.length === 0) return `No jobs in ${printable(heartbeat_dir)}\n`;
  const sorted = jobs.toSorted((a, b) => badness(a) - badness(b));
  const [heads = "", ...rows] = linesOf([HEADS, ...sorted.map(columnsOf)]);
  const lines = sorted.flatMap((job, at) => [rows[at] ?? "", ...reasonOf(job)]);
  const total = `${summary.total} ${summary.total === 1 ? "job" : "jobs"}`;
  return `${[heads, ...lines, "", `${total}: ${jobCounts(summary)}`].join("\n")}\n`;
}

const ORDER = { CRITICAL: 0, WARNING: 1, OK: 2 } as const;

const badness = (job: ReportJob): number => ORDER[checkJob(job)];

function columnsOf({ job, health, age_seconds, interval_seconds }: ReportJob): string[] {
  return [shortened(printable(job), 40), health, timeText(age_seconds), timeText(interval_seconds)];
}

const timeText = (seconds: number | null): string =>
  seconds === null ? "-" : largestUnit(seconds);

function reasonOf(job: ReportJob): string[] {
  return job.health === "on-time" ? [] : [shortened(`    ${job.text}`, WIDTH)];
}

/**
 * A report in the format of a monitoring plugin: a state, one line, and performance data.
 *
 * Exit codes, and `label=value` after the bar, follow the Monitoring Plugins guidelines.
 *
 * @module
 */
import { OWN_JOB } from "../../contract/own-job.ts";
import type { Jobs, JobSummary } from "../../contract/job-report.ts";
import type { Report } from "../../contract/report.ts";
import { reasonOf } from "../../verdict/reason.ts";
import { jobSeverity } from "../../jobs/rules/job-severity.ts";
import { checkCell, checkReport, type CheckState, worstState } from "./check-state.ts";

export const CHECK_EXIT = {
  OK: 0,
  WARNING: 1,
  CRITICAL: 2,
  UNKNOWN: 3,
} as const satisfies Readonly<Record<CheckState, number>>;

/** The state of the jobs alone. Fewer than `minJobs`, without the toolkit's own, are UNKNOWN. */
export const checkJobs = (jobs: Jobs, minJobs: number): CheckState =>
  worstState([...jobs.jobs.map(jobSeverity), countOthers(jobs) < minJobs ? "UNKNOWN" : "OK"]);

const countOthers = ({ jobs }: Jobs): number => jobs.filter(({ job }) => job !== OWN_JOB).length;

/** The plugin's line for jobs alone, without a newline; whether their directory `isThere`. */
export function checkJobsLine(jobs: Jobs, minJobs: number, isThere: boolean): string {
  const state = checkJobs(jobs, minJobs);
  const why = state === "UNKNOWN" ? lackOfJobs(jobs, minJobs, isThere) : jobReason(jobs, state);
  return `JOBS ${state} - ${jobCounts(jobs.summary)}${why} | ${jobPerfdata(jobs)}`;
}

/** Why the state of the jobs is unknown. */
function lackOfJobs(jobs: Jobs, minJobs: number, isThere: boolean): string {
  const count = countOthers(jobs);
  const found = count === 1 ? "holds the record of 1 job" : `holds records of ${count} jobs`;
  const where = jobs.heartbeat_dir.replaceAll("|", "/");
  return `; ${where} ${isThere ? found : "does not exist"}, at least ${minJobs} expected`;
}

/** The number of jobs by health, such as `3 on-time, 1 late`. */
export function jobCounts({ total, ...counts }: JobSummary): string {
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  return total === 0 ? "no jobs" : present.map(([name, count]) => `${count} ${name}`).join(", ");
}

const jobPerfdata = ({ summary }: Jobs): string =>
  Object.entries(summary)
    .map(([name, count]) => `jobs_${name.replaceAll("-", "_")}=${count}`)
    .join(" ");

function jobReason({ jobs }: Jobs, state: CheckState): string {
  const bad = state === "OK" ? undefined : jobs.find((job) => jobSeverity(job) === state);
  return bad === undefined ? "" : `; job ${bad.job}: ${bad.text}`.replaceAll("|", "/");
}

/** The plugin's line, without a newline. */
export function checkLine(report: Report, minCells = 0): string {
  const state = checkReport(report, minCells);
  const { summary } = report;
  const counts = (["healthy", "stale", "incomplete", "uninitialized"] as const).map(
    (status) => `${summary[status]} ${status}`,
  );
  const perfdata = Object.entries(summary).map(([name, count]) => `${name}=${count}`);
  const jobs = report.jobs?.jobs.length === 0 ? undefined : report.jobs;
  const [jobsText, jobsData] =
    jobs === undefined ? ["", ""] : [`; jobs: ${jobCounts(jobs.summary)}`, ` ${jobPerfdata(jobs)}`];
  return `MISSIONS ${state} - ${counts.join(", ")}${jobsText}${reason(report, state, minCells)} | ${perfdata.join(" ")} duration=${report.duration_ms}ms${jobsData}`;
}

/** The first cell with the report's state. `|` is replaced: it would start the performance data. */
function reason(report: Report, state: CheckState, minCells: number): string {
  const { suspicion, cells, summary } = report;
  if (state === "UNKNOWN" && suspicion === undefined)
    return `; the root holds ${countText(summary.total)}, at least ${minCells} expected`;
  if (state === "UNKNOWN") return `; ${suspicion?.text ?? ""}`.replaceAll("|", "/");
  const bad =
    state === "OK" ? undefined : cells.find((cell) => checkCell(cell, suspicion) === state);
  if (bad === undefined) return report.jobs === undefined ? "" : jobReason(report.jobs, state);
  return `; ${bad.mission_id}: ${(reasonOf(bad) ?? "").replaceAll("|", "/")}`;
}

const countText = (cells: number): string => (cells === 1 ? "1 cell" : `${cells} cells`);

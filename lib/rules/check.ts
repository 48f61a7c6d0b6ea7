/**
 * A report as a monitoring plugin says it: one line, performance data, and a state.
 *
 * Exit codes and `label=value` after the bar as in the Monitoring Plugins guidelines.
 *
 * @module
 */
import { STUCK_STATE } from "../schemas/heartbeat.ts";
import type { Jobs, JobSummary } from "../schemas/jobs.ts";
import type { Report, ReportCell } from "../schemas/report.ts";
import { checkJob } from "./jobs.ts";

export const CHECK_EXIT = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const;
export type CheckState = keyof typeof CHECK_EXIT;

/** How bad one cell is. */
export function checkCell(cell: ReportCell): "OK" | "WARNING" | "CRITICAL" {
  if (cell.status === "incomplete") return "CRITICAL";
  if (cell.problems.some(({ code }) => code === "heartbeat-old")) return "CRITICAL";
  const warns =
    cell.status !== "healthy" ||
    cell.mission_status === "failed" ||
    (cell.state === STUCK_STATE && cell.limit_seconds !== null);
  return warns ? "WARNING" : "OK";
}

/** The state of a whole report: its worst cell or job, unless the observer itself is suspect. */
export function checkReport(report: Report): CheckState {
  if (report.observer_suspect) return "UNKNOWN";
  return worst([...report.cells.map(checkCell), ...(report.jobs?.jobs ?? []).map(checkJob)]);
}

/** The state of the jobs alone. */
export const checkJobs = ({ jobs }: Jobs): CheckState => worst(jobs.map(checkJob));

const worst = (states: readonly CheckState[]): CheckState =>
  (["CRITICAL", "WARNING"] as const).find((state) => states.includes(state)) ?? "OK";

/** The plugin's line for jobs alone, without the line end. */
export function checkJobsLine(jobs: Jobs): string {
  const state = checkJobs(jobs);
  return `JOBS ${state} - ${jobCounts(jobs.summary)}${blameJob(jobs, state)} | ${jobPerfdata(jobs)}`;
}

/** How many jobs stand how, in words. */
export function jobCounts({ total, ...counts }: JobSummary): string {
  const told = Object.entries(counts).filter(([, count]) => count > 0);
  return total === 0 ? "no jobs" : told.map(([name, count]) => `${count} ${name}`).join(", ");
}

const jobPerfdata = ({ summary }: Jobs): string =>
  Object.entries(summary)
    .map(([name, count]) => `jobs_${name.replaceAll("-", "_")}=${count}`)
    .join(" ");

function blameJob({ jobs }: Jobs, state: CheckState): string {
  const bad = state === "OK" ? undefined : jobs.find((job) => checkJob(job) === state);
  return bad === undefined ? "" : `; job ${bad.job}: ${bad.text}`.replaceAll("|", "/");
}

/** The plugin's line, without the line end. */
export function checkLine(report: Report): string {
  const state = checkReport(report);
  const { summary } = report;
  const counts = (["healthy", "stale", "incomplete", "uninitialized"] as const).map(
    (status) => `${summary[status]} ${status}`,
  );
  const perfdata = Object.entries(summary).map(([name, count]) => `${name}=${count}`);
  const jobs = report.jobs?.jobs.length === 0 ? undefined : report.jobs;
  const [told, measured] =
    jobs === undefined ? ["", ""] : [`; jobs: ${jobCounts(jobs.summary)}`, ` ${jobPerfdata(jobs)}`];
  return `MISSIONS ${state} - ${counts.join(", ")}${told}${blame(report, state)} | ${perfdata.join(" ")} duration=${report.duration_ms}ms${measured}`;
}

/** The first cell that made the state what it is; `|` would start the performance data. */
function blame(report: Report, state: CheckState): string {
  if (state === "UNKNOWN")
    return "; so many fell silent at once that the watcher, disk or host is suspect";
  const bad = state === "OK" ? undefined : report.cells.find((cell) => checkCell(cell) === state);
  if (bad === undefined) return report.jobs === undefined ? "" : blameJob(report.jobs, state);
  const why =
    bad.problems[0]?.text ??
    (bad.mission_status === "failed" ? "the mission failed" : `state ${bad.state}`);
  return `; ${bad.mission_id}: ${why.replaceAll("|", "/")}`;
}

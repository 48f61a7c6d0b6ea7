/**
 * How bad a report is for monitoring: `scan --check`, `/health` and the page show the same state.
 *
 * Imports types and no schema, so that the page carries these lines only.
 *
 * @module
 */
import type { Report, ReportCell, Suspicion } from "../../contract/report.ts";
import { jobSeverity } from "../../jobs/rules/job-severity.ts";
import { isCovered } from "../../verdict/covered.ts";

export type CheckState = "OK" | "WARNING" | "CRITICAL" | "UNKNOWN";

const STATE_OF = { critical: "CRITICAL", warning: "WARNING", note: "OK", none: "OK" } as const;

/** The state of one cell; UNKNOWN where the suspicion explains its silence. */
export function checkCell(cell: ReportCell, suspicion: Suspicion | undefined): CheckState {
  const state = STATE_OF[cell.attention];
  return state !== "OK" && isCovered(cell, suspicion) ? "UNKNOWN" : state;
}

/** The parts of a report that its state depends on. */
export type CheckedReport = Pick<Report, "suspicion" | "summary" | "jobs" | "jobs_unknown"> & {
  readonly cells: readonly ReportCell[];
};

/**
 * The state of a report: that of its worst cell or job; UNKNOWN comes after CRITICAL. Fewer cells
 * than `minCells` are UNKNOWN.
 */
export function checkReport(report: CheckedReport, minCells = 0): CheckState {
  const { cells, suspicion, summary } = report;
  const observer = suspicion === undefined && summary.total >= minCells ? "OK" : "UNKNOWN";
  const jobs = (report.jobs?.jobs ?? []).map(jobSeverity);
  // Jobs whose records vanished are unknown, which must not count as OK.
  const unknown = report.jobs_unknown === undefined ? "OK" : "WARNING";
  const states = cells.map((cell) => checkCell(cell, suspicion));
  return worstState([...states, ...jobs, unknown, observer]);
}

/** The worst of some states; OK for none. */
export const worstState = (states: readonly CheckState[]): CheckState =>
  (["CRITICAL", "UNKNOWN", "WARNING"] as const).find((state) => states.includes(state)) ?? "OK";

/**
 * The number of cells in a report, by status and attention.
 *
 * @module
 */
import type { ReportCell, Summary } from "../contract/report.ts";
import { isResting } from "./display-status.ts";
import { rowOf } from "./rows.ts";

/** Counts cells by status; resting ones also count as healthy. */
export function summarize(cells: readonly ReportCell[]): Summary {
  const summary = newSummary();
  for (const cell of cells) countCell(summary, cell);
  return summary;
}

/** The summary of no cells. */
export const newSummary = (): Summary => ({
  total: 0,
  healthy: 0,
  stale: 0,
  incomplete: 0,
  uninitialized: 0,
  resting: 0,
  waiting: 0,
  stuck: 0,
  critical: 0,
  warning: 0,
});

/** Adds a cell to a summary. */
export function countCell(summary: Summary, cell: ReportCell): void {
  summary.total += 1;
  summary[cell.status] += 1;
  if (isResting(cell)) summary.resting += 1;
  const row = rowOf(cell);
  if (row === "waiting" || row === "stuck") summary[row] += 1;
  const { attention } = cell;
  if (attention === "critical" || attention === "warning") summary[attention] += 1;
}

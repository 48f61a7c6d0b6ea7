/**
 * Part of a report.
 *
 * @module
 */
import { Status, type Report, type ReportCell } from "../schemas/report.ts";

/** Which cells to show. */
export interface Filter {
  readonly statuses: readonly Status[];
  /** Each must be there, as `name=value`, or as `name` with any value. */
  readonly labels: readonly string[];
}

export const EVERYTHING: Filter = { statuses: Status.options, labels: [] };

/** The report with only those of its cells that pass; its summary still counts all. */
export const selectFrom = (report: Report, filter: Filter): Report => ({
  ...report,
  cells: report.cells.filter((cell) => passes(cell, filter)),
});

const passes = (cell: ReportCell, { statuses, labels }: Filter): boolean =>
  statuses.includes(cell.status) && labels.every((label) => hasLabel(cell.labels, label));

function hasLabel(labels: Readonly<Record<string, string>>, wanted: string): boolean {
  const at = wanted.indexOf("=");
  if (at < 0) return Object.hasOwn(labels, wanted);
  const name = wanted.slice(0, at);
  return Object.hasOwn(labels, name) && labels[name] === wanted.slice(at + 1);
}

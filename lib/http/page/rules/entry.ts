/**
 * A cell with what the page derives from it, once per change: the status it is shown under, its
 * labels, and the text that the filter searches.
 *
 * @module
 */
import { printable } from "../../../base/printable.ts";
import type { ReportCell } from "../../../contract/report.ts";
import { type DisplayStatus, displayStatus } from "../../../verdict/display-status.ts";

export interface Entry {
  readonly cell: ReportCell;
  readonly status: DisplayStatus;
  /** The labels as `name=value`. */
  readonly labels: readonly string[];
  /** Everything the filter searches, in lower case. */
  readonly searchText: string;
  /** The cell appeared, or changed its status, while the page was open: its row flashes. */
  readonly hasNewStatus: boolean;
}

export function entryOf(cell: ReportCell, hasNewStatus = false): Entry {
  const labels = Object.entries(cell.labels).map(([name, value]) => `${name}=${value}`);
  const status = displayStatus(cell);
  const problems = cell.problems.flatMap(({ code, text }) => [code, text]);
  const { mission_id, title, state } = cell;
  const parts = [mission_id, title ?? "", state ?? "", status, ...labels, ...problems];
  const searchText = printable(parts.join(" ")).toLowerCase();
  return { cell, status, labels, searchText, hasNewStatus };
}

/** The title; null if it is blank, because neither people nor screen readers could identify it. */
export const titleOf = ({ title }: Pick<ReportCell, "title">): string | null =>
  title === null || title.trim() === "" ? null : title;

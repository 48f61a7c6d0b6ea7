/**
 * What each column of the table shows of a cell.
 *
 * @module
 */
import type { ReportCell } from "../../contract/report.ts";
import { printable } from "../../base/printable.ts";
import { reasonOf } from "../../verdict/reason.ts";
import { statusText } from "../../verdict/display-status.ts";
import { badge, element, span, untrusted } from "./elements.ts";
import { type Entry, titleOf } from "./rules/entry.ts";
import type { ColumnName } from "./rules/sort.ts";
import { tickingAge } from "./ticking.ts";
import { untrustedText } from "./zone.ts";

interface Column {
  readonly head: string;
  readonly show: (entry: Entry) => readonly (Node | string)[];
}

export const COLUMNS: Readonly<Record<ColumnName, Column>> = {
  status: { head: "Status", show: ({ cell, status }) => [badge(status, statusText(cell))] },
  title: { head: "Title", show: ({ cell }) => titleParts(cell) },
  state: {
    head: "State",
    show: ({ cell }) => (cell.state === null ? [] : [untrusted(cell.state)]),
  },
  age: { head: "Age", show: ({ cell }) => [beatAge(cell, "–")] },
  problem: { head: "First problem", show: ({ cell }) => firstProblem(cell) },
  labels: {
    head: "Labels",
    show: ({ labels }) => (labels.length === 0 ? [] : [labelChips(labels, 2)]),
  },
  // An id may wrap in one place, to keep the column narrow.
  id: {
    head: "Mission id",
    show: ({ cell: { mission_id: id } }) => [id.slice(0, 19), element("wbr"), id.slice(19)],
  },
};

export const COLUMN_NAMES = Object.keys(COLUMNS) as readonly ColumnName[];

/** How long ago a cell's last beat was; `unknown` if no beat is known. */
export const beatAge = (cell: ReportCell, unknown: string): Node | string =>
  cell.last_heartbeat === null ? unknown : tickingAge(cell.last_heartbeat);

function titleParts(cell: ReportCell): readonly Node[] {
  const title = titleOf(cell);
  if (title !== null) return [untrusted(title)];
  return [span("untitled", "quiet"), span(` ${cell.mission_id}`, "unseen")];
}

function firstProblem(cell: ReportCell): readonly Node[] {
  const reason = reasonOf(cell);
  if (reason === undefined) return [];
  const others = cell.problems.length - 1;
  const more = others < 1 ? [] : [span(`+${others} more`, "quiet")];
  return [element("span", {}, untrustedText(reason)), ...more];
}

/** Labels side by side: at most `limit`, then the number of omitted ones. */
export function labelChips(labels: readonly string[], limit: number): HTMLElement {
  const chips = labels
    .slice(0, limit)
    .map((label) => untrusted(label, { title: printable(label) }));
  const left = labels.length - chips.length;
  return element("span", { class: "chips" }, ...chips, ...(left > 0 ? [span(`+${left}`)] : []));
}

/**
 * The table: its heads, its rows, and the texts around it.
 *
 * @module
 */
import { printable } from "../../base/printable.ts";
import { shellWord } from "../../base/shell-word.ts";
import { COLUMN_NAMES, COLUMNS } from "./columns.ts";
import { byId, element, setText } from "./elements.ts";
import { drawRows } from "./rows.ts";
import { cellCount, countText } from "./rules/format.ts";
import type { PageData } from "./rules/merge.ts";
import { type ColumnName, sorted } from "./rules/sort.ts";
import { CHUNK, matches, type View } from "./rules/view.ts";

const table = byId("cells");
const heads = new Map<ColumnName, HTMLElement>();

/** Creates the column headers with their sort buttons. */
export function makeHeads(onSort: (column: ColumnName) => void): void {
  for (const name of COLUMN_NAMES) {
    const button = element("button", {}, COLUMNS[name].head);
    button.addEventListener("click", () => onSort(name));
    const attributes = { scope: "col", role: "columnheader", class: `c-${name}` };
    heads.set(name, element("th", attributes, button));
  }
  byId("heads").append(...heads.values());
}

/** Shows the cells that the view asks for. */
export function drawTable({ entries, report }: PageData, view: View): void {
  const matching = [...entries.values()].filter((entry) => matches(view, entry));
  const found = sorted(matching, view.column, view.descending);
  const shown = found.slice(0, view.limit);
  drawRows(shown, entries);
  drawHeads(view);
  table.hidden = found.length === 0;
  table.setAttribute("aria-rowcount", String(found.length + 1));
  const filter = filterText(view);
  setText(byId("shown"), shownText(entries.size, found.length, shown.length) + filter);
  drawEmpty(found.length, entries.size, report.root);
  drawMore(found.length - shown.length);
}

function drawHeads({ column, descending }: View): void {
  for (const [name, head] of heads) {
    if (name === column) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
}

/** The filters in words, so that paper tells what it leaves out. */
function filterText({ status, words }: View): string {
  const parts = [...(status === "all" ? [] : [status]), ...words.map((word) => `“${word}”`)];
  return parts.length === 0 ? "" : `, filtered by ${printable(parts.join(" and "))}`;
}

function shownText(total: number, found: number, shown: number): string {
  const of = found === total ? cellCount(total) : `${countText(found)} of ${cellCount(total)}`;
  return shown < found ? `${of}, the first ${countText(shown)} shown` : of;
}

function drawEmpty(found: number, total: number, root: string): void {
  const empty = byId("empty");
  empty.hidden = found > 0;
  const none = `No cells under ${printable(root)} yet. To create one, type: init-cell --root ${printable(shellWord(root))}`;
  setText(empty, total === 0 ? none : "No cell matches the filters.");
}

function drawMore(left: number): void {
  const more = byId("more");
  more.hidden = left === 0;
  setText(more, `Show ${countText(Math.min(CHUNK, left))} more`);
}

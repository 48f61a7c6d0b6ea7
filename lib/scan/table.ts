/**
 * A report as a table: worst first, as wide as the terminal, or whole. What a cell needs a person for
 * is on a line below it.
 *
 * @module
 */
import type { Report, ReportCell } from "../contract/report.ts";
import { isResting, severityRank, statusText } from "../verdict/display-status.ts";
import { ATTENTION_COLORS } from "./rules/attention-color.ts";
import {
  columnOf,
  EXTRA_COLUMNS,
  TABLE_COLUMN_NAMES,
  type TableColumn,
  USUAL_COLUMNS,
} from "./table-columns.ts";
import { footerLines } from "./table-footer.ts";
import { linesBelow } from "./table-notes.ts";
import { cut, fitted } from "../cli/fitted-text.ts";

/** How to lay out a table. */
export interface TableLayout {
  /** In columns of a terminal; Infinity to cut nothing. */
  readonly width: number;
  readonly color: boolean;
  /** The columns to show, even if they are empty; by default what fits, and is not empty. */
  readonly columns?: readonly TableColumn[] | undefined;
  /** By default the most urgent first. */
  readonly sort?: { readonly column: TableColumn; readonly isReversed: boolean } | undefined;
  /** The headings, and the summary below. */
  readonly hasHeader: boolean;
  /** What precedes the names of commands. */
  readonly prefix?: string | undefined;
}

/** The least that is left for each column without a largest width. */
const MIN_WIDTH = 10;
const GAP = 2;

interface PlacedColumn {
  readonly name: TableColumn;
  readonly texts: readonly string[];
  readonly width: number;
}

/** The table and the summary line. */
export function tableText(report: Report, layout: TableLayout): string {
  const cells = sortCells(report.cells, layout.sort);
  const columns = chooseColumns(cells, layout);
  const shown = columns.map(({ name }) => name);
  const place = { root: report.root, prefix: layout.prefix };
  const notes = { shown, width: layout.width, place, told: new Set<string>() };
  const isPlain = layout.columns !== undefined;
  const digits = layout.color ? distinctDigits(cells) : undefined;
  const lines = cells.flatMap((cell, row) => [
    painted(rowText(columns, row, layout), cell, digits),
    ...(isPlain ? [] : linesBelow(cell, notes)),
  ]);
  const headings = columns.map(({ name, width }) => fitted(name.toUpperCase(), width));
  const header = [headings.join(gapOf(columns, layout)).trimEnd()];
  const table = cells.length === 0 ? [] : [...(layout.hasHeader ? header : []), ...lines];
  const footer = layout.hasHeader ? footerLines(report, layout.width) : [];
  const between = table.length > 0 && footer.length > 0 ? [""] : [];
  return [...table, ...between, ...footer].map((text) => `${text}\n`).join("");
}

/** The cells in the order of the table. */
export function sortCells(cells: readonly ReportCell[], sort: TableLayout["sort"]): ReportCell[] {
  if (sort === undefined) return cells.toSorted((a, b) => severityRank(a) - severityRank(b));
  const { rank, text } = columnOf(sort.column);
  const order = (a: ReportCell, b: ReportCell) =>
    rank === undefined ? text(a).localeCompare(text(b)) : rank(a) - rank(b);
  return cells.toSorted((a, b) => (sort.isReversed ? -order(a, b) : order(a, b)));
}

function chooseColumns(cells: readonly ReportCell[], layout: TableLayout): PlacedColumn[] {
  const place = (name: TableColumn) => placed(name, cells, layout.width);
  if (layout.columns !== undefined) return shared(layout.columns.map(place), layout.width);
  let chosen = USUAL_COLUMNS.map(place);
  for (const name of EXTRA_COLUMNS) {
    const column = place(name);
    const wider = [...chosen, column];
    const isEmpty = column.texts.every((text) => text === "");
    if (!isEmpty && leastWidth(wider) <= layout.width) chosen = wider;
  }
  return shared(
    chosen.toSorted((a, b) => placeOf(a.name) - placeOf(b.name)),
    layout.width,
  );
}

const placeOf = (name: TableColumn): number => TABLE_COLUMN_NAMES.indexOf(name);

/** A column as wide as its longest text, within its largest width. */
function placed(name: TableColumn, cells: readonly ReportCell[], room: number): PlacedColumn {
  const { text, max = Infinity } = columnOf(name);
  const texts = cells.map(text);
  const longest = texts.reduce((most, each) => Math.max(most, Bun.stringWidth(each)), name.length);
  return { name, texts, width: room === Infinity ? longest : Math.min(longest, max) };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const isFlexible = ({ name }: PlacedColumn): boolean => columnOf(name).max === undefined;

/** The narrowest that columns can be. */
const leastWidth = (columns: readonly PlacedColumn[]): number =>
  sum(
    columns.map((each) => (isFlexible(each) ? Math.min(each.width, 2 * MIN_WIDTH) : each.width)),
  ) +
  GAP * (columns.length - 1);

/** Divides what the other columns leave of `room` among the flexible ones, the narrowest first. */
function shared(columns: readonly PlacedColumn[], room: number): PlacedColumn[] {
  const flexible = columns.filter(isFlexible).toSorted((a, b) => a.width - b.width);
  const fixed = sum(columns.map((each) => (isFlexible(each) ? 0 : each.width)));
  let left = room - fixed - GAP * (columns.length - 1);
  const widths = new Map<TableColumn, number>();
  for (const [at, { name, width }] of flexible.entries()) {
    const share = Math.max(MIN_WIDTH, Math.floor(left / (flexible.length - at)));
    widths.set(name, Math.min(width, share));
    left -= Math.min(width, share);
  }
  return columns.map((each) => ({ ...each, width: widths.get(each.name) ?? each.width }));
}

/** A long status leaves the last column little room: then the gaps are narrower. */
const gapOf = (columns: readonly PlacedColumn[], { width }: TableLayout): string =>
  sum(columns.map((each) => each.width)) + GAP * (columns.length - 1) <= width ? "  " : " ";

function rowText(columns: readonly PlacedColumn[], row: number, layout: TableLayout): string {
  const texts = columns.map(({ texts: all, width }) => fitted(all[row] ?? "", width));
  return cut(texts.join(gapOf(columns, layout)).trimEnd(), layout.width);
}

/** The row in color, with the last `digitCount` digits of the id in bold; plain without a count. */
function painted(text: string, cell: ReportCell, digitCount: number | undefined): string {
  if (digitCount === undefined) return text;
  const status = statusText(cell);
  const code = isResting(cell) && cell.attention === "none" ? 90 : ATTENTION_COLORS[cell.attention];
  const digits = cell.mission_id.slice(-digitCount);
  return text
    .replace(` ${status}`, ` \u001b[${code}m${status}\u001b[0m`)
    .replace(
      cell.mission_id,
      `${cell.mission_id.slice(0, -digits.length)}\u001b[1m${digits}\u001b[0m`,
    );
}

/** How many last digits tell the cells apart, at least four: what a person needs to type. */
function distinctDigits(cells: readonly ReportCell[]): number {
  for (let digits = 4; digits < 12; digits++) {
    const ends = new Set(cells.map(({ mission_id }) => mission_id.slice(-digits)));
    if (ends.size === cells.length) return digits;
  }
  return 12;
}

/**
 * Filters the cells of a report by status and label.
 *
 * @module
 */
import type { Report, ReportCell, Status } from "../contract/report.ts";
import { hasStatus, type StatusWord } from "./display-status.ts";

/** Selects cells. Both lists are without duplicates. */
export interface Filter {
  readonly statuses: readonly Status[];
  /** A cell must have all of these: `name=value`, or `name` with any value. */
  readonly labels: readonly string[];
}

/** Selects cells by the words that people see. */
export interface Selection {
  readonly statuses: readonly StatusWord[];
  /** A cell must have all of these: `name=value`, or `name` with any value. */
  readonly labels?: readonly string[] | undefined;
}

/** True if `selection` contains the cell. */
export const isInSelection = (cell: ReportCell, { statuses, labels = [] }: Selection): boolean =>
  hasStatus(cell, statuses) && labels.every((label) => matchesLabel(cell, label));

/** True if a cell has a label: `name=value`, or `name` with any value. */
export function matchesLabel({ labels }: Pick<ReportCell, "labels">, label: string): boolean {
  const at = label.indexOf("=");
  const name = at < 0 ? label : label.slice(0, at);
  return Object.hasOwn(labels, name) && (at < 0 || labels[name] === label.slice(at + 1));
}

/** The report with only the selected cells; its summary still counts all. */
export const selectCells = (report: Report, selection: Selection): Report => ({
  ...report,
  cells: report.cells.filter((cell) => isInSelection(cell, selection)),
});

/** Positions in a list of cells: a bitmap, or a list where that takes less memory. */
type Positions = Uint32Array | readonly number[];

/** The positions of each status and each label in a list of cells. */
export interface CellIndex {
  readonly size: number;
  readonly statuses: ReadonlyMap<Status, Positions>;
  /** Each label as `name=value`, and as `name`. */
  readonly labels: ReadonlyMap<string, Positions>;
}

/** Indexes a list of cells for filters. */
export function indexCells(cells: readonly ReportCell[]): CellIndex {
  const statuses = new Map<Status, number[]>();
  const labels = new Map<string, number[]>();
  for (const [at, cell] of cells.entries()) {
    append(statuses, cell.status, at);
    for (const [name, value] of Object.entries(cell.labels)) {
      // A filter would read a `=` in the name as the start of a value.
      if (name.includes("=")) continue;
      append(labels, name, at);
      append(labels, `${name}=${value}`, at);
    }
  }
  const size = cells.length;
  return { size, statuses: packPositions(statuses, size), labels: packPositions(labels, size) };
}

function append<K>(lists: Map<K, number[]>, key: K, at: number): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [at]);
  else known.push(at);
}

const packPositions = <K>(lists: ReadonlyMap<K, number[]>, size: number): Map<K, Positions> =>
  new Map(
    [...lists].map(([key, list]) => [key, 32 * list.length > size ? toBitmap(list, size) : list]),
  );

function toBitmap(positions: Positions = [], size: number): Uint32Array {
  if (positions instanceof Uint32Array) return positions;
  const bits = new Uint32Array(Math.ceil(size / 32));
  for (const at of positions) bits[at >>> 5] = (bits[at >>> 5] ?? 0) | (1 << (at & 31));
  return bits;
}

/** Consecutive cells of a list: the positions `from` to `to`, `to` excluded. */
export interface CellRange {
  readonly from: number;
  to: number;
}

/** The matching cells as maximal ranges, in order. Compares 32 cells at a time. */
export function matchingRanges({ size, statuses, labels }: CellIndex, filter: Filter): CellRange[] {
  const matches = new Uint32Array(Math.ceil(size / 32));
  for (const status of filter.statuses)
    for (const [at, bits] of toBitmap(statuses.get(status), size).entries())
      matches[at] = (matches[at] ?? 0) | bits;
  for (const label of filter.labels)
    for (const [at, bits] of toBitmap(labels.get(label), size).entries())
      matches[at] = (matches[at] ?? 0) & bits;
  return rangesOf(matches, size);
}

function rangesOf(bits: Uint32Array, size: number): CellRange[] {
  const ranges: CellRange[] = [];
  for (let at = 0; at < size; at++) {
    if (((bits[at >>> 5] ?? 0) & (1 << (at & 31))) === 0) continue;
    const last = ranges.at(-1);
    if (last?.to === at) last.to = at + 1;
    else ranges.push({ from: at, to: at + 1 });
  }
  return ranges;
}

/**
 * A report as the line of JSON in `report.json`, in parts: a large one is never in memory as a whole.
 *
 * No text is kept between rounds: making that of 100,000 cells anew costs less than joining kept
 * texts around the ages, which change in each round, and kept ones took more memory than the cells.
 *
 * @module
 */
import { printableJson } from "../base/printable.ts";
import type { Report, ReportCell } from "../contract/report.ts";

/** The cells of one part. */
const PART_CELLS = 64;

/** Yields the text of `printableJson` as a line. */
export function* reportJson(report: Report): Iterable<string> {
  const [start, end] = splitAtCells(printableJson({ ...report, cells: [] }));
  yield start;
  for (let at = 0; at < report.cells.length; at += PART_CELLS)
    yield `${at === 0 ? "" : ","}${listedText(report.cells.slice(at, at + PART_CELLS))}`;
  yield `${end}\n`;
}

/** The text of cells as in a list, without its brackets. */
function listedText(cells: readonly ReportCell[]): string {
  const text = JSON.stringify(cells);
  return (isVisible(text) ? text : printableJson(cells)).slice(1, -1);
}

/** True for JSON that `printableJson` would leave as it is. `byteLength` tells ASCII much faster than a pattern. */
const isVisible = (json: string): boolean =>
  Buffer.byteLength(json) === json.length && !json.includes("\x7f");

/**
 * Splits the JSON of a report without cells where they belong: at the first such key, since strings in
 * JSON cannot match it, because their quotes are escaped.
 */
export function splitAtCells(text: string): readonly [start: string, end: string] {
  const key = '"cells":[';
  const at = text.indexOf(key) + key.length;
  return [text.slice(0, at), text.slice(at)];
}

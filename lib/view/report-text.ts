/**
 * Reports as JSON, round after round: the text of a cell is kept until the cell changes.
 *
 * @module
 */
import { printableJson } from "../base/printable.ts";
import type { Report, ReportCell } from "../contract/report.ts";

/** The most characters of one part, so that a large report is never in memory as a whole. */
const PART_LENGTH = 128 * 1024;

/** The text of a cell before and after its age. */
type CellText = readonly [before: string, after: string];

/**
 * Creates a function that returns the same text as `printableJson`, as a line and in parts. A cell that
 * is the same object as in an earlier report must differ in its age only.
 */
export function createReportText(): (report: Report) => Iterable<string> {
  const kept = new WeakMap<ReportCell, CellText>();

  function textOf(cell: ReportCell): string {
    let text = kept.get(cell);
    if (text === undefined) kept.set(cell, (text = splitAtAge(printableJson(cell))));
    return `${text[0]}${cell.age_seconds}${text[1]}`;
  }

  return function* (report) {
    const [start, end] = splitAtCells(printableJson({ ...report, cells: [] }));
    let part = start;
    for (const [at, cell] of report.cells.entries()) {
      part += at === 0 ? textOf(cell) : `,${textOf(cell)}`;
      if (part.length < PART_LENGTH) continue;
      yield part;
      part = "";
    }
    yield `${part}${end}\n`;
  };
}

/** The last such key: after it come fixed keys only, and quotes in strings are escaped. */
function splitAtAge(text: string): CellText {
  const key = '"age_seconds":';
  const at = text.lastIndexOf(key) + key.length;
  return [text.slice(0, at), text.slice(text.indexOf(",", at))];
}

/** The first such key: before it come only the fields of the report itself. */
function splitAtCells(text: string): readonly [start: string, end: string] {
  const key = '"cells":[';
  const at = text.indexOf(key) + key.length;
  return [text.slice(0, at), text.slice(at)];
}

/**
 * A report as a table in a terminal: worst first, 80 columns, with the first problem of a
 * cell on a line of its own below it.
 *
 * @module
 */
import { largestUnit } from "../../rules/duration.ts";
import { printable } from "../../rules/printable.ts";
import { isResting } from "../../rules/report.ts";
import type { Report, ReportCell } from "../../schemas/report.ts";

const WIDTH = 80;
const HEADS = ["MISSION", "STATUS", "AGE", "STATE", "TITLE"] as const;
/** The most that a column takes; the title takes what the others leave. */
const MOST = [36, 19, 6, 11] as const;
const LEAST_TITLE = 10;

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

type Paint = (text: string, cell: ReportCell) => string;

/** The table and the summary line. `colour` asks for ANSI colours. */
export function tableText(report: Report, colour: boolean): string {
  const cells = report.cells.toSorted((a, b) => badness(a) - badness(b));
  const rows = cells.map(columnsOf);
  const widths = MOST.map((most, at) =>
    Math.min(most, Math.max(...[HEADS, ...rows].map((row) => Bun.stringWidth(row[at] ?? "")))),
  );
  const paint: Paint = colour ? painted : (text) => text;
  const lines = cells.flatMap((cell, at) => [
    paint(line(rows[at] ?? [], widths), cell),
    ...problemLines(cell),
  ]);
  const table = cells.length === 0 ? [] : [line(HEADS, widths), ...lines, ""];
  return `${[...table, ...footer(report)].join("\n")}\n`;
}

/** A status as people read it. */
function statusText(cell: ReportCell): string {
  return isResting(cell) ? `resting (${cell.mission_status})` : cell.status;
}

const ORDER = { incomplete: 0, stale: 1, uninitialized: 2, healthy: 3 } as const;

const badness = (cell: ReportCell): number => ORDER[cell.status] + (isResting(cell) ? 1 : 0);

function columnsOf(cell: ReportCell): string[] {
  const age =
    cell.age_seconds === null
      ? "-"
      : `${cell.age_seconds < -1 ? "-" : ""}${largestUnit(cell.age_seconds)}`;
  return [cell.mission_id, statusText(cell), age, cell.state ?? "-", printable(cell.title ?? "")];
}

function line(columns: readonly string[], widths: readonly number[]): string {
  // The words for a status differ in length: where they leave the title little room, so do the gaps.
  const gap = sum(widths) + 2 * widths.length + LEAST_TITLE <= WIDTH ? "  " : " ";
  const fixed = widths.map((width, at) => fitted(columns[at] ?? "", width)).join(gap);
  const room = WIDTH - Bun.stringWidth(fixed) - gap.length;
  return `${fixed}${gap}${cut(columns[widths.length] ?? "", room)}`.trimEnd();
}

function problemLines(cell: ReportCell): string[] {
  const [first, ...others] = cell.problems;
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : ` (+${others.length} more)`;
  return [`    ${cut(printable(first.text), WIDTH - 4 - more.length)}${more}`];
}

function footer({ summary, observer_suspect, ignored, root }: Report): string[] {
  const counts = (["healthy", "stale", "incomplete", "uninitialized"] as const).map(
    (status) => `${summary[status]} ${status}`,
  );
  const resting = summary.resting === 0 ? "" : ` (${summary.resting} resting)`;
  counts[0] += resting;
  const total = `${summary.total} ${summary.total === 1 ? "cell" : "cells"}: ${counts.join(", ")}`;
  return [
    ...(summary.total === 0 ? [`No cells under ${cut(printable(root), 60)}`] : []),
    ...(observer_suspect
      ? ["So many cells fell silent at once that this host or its disk is suspect."]
      : []),
    ...(ignored.length === 0
      ? []
      : [
          `${ignored.length} ignored, not a cell: ${cut(printable(ignored[0]?.name ?? ""), 40)}${ignored.length > 1 ? ", …" : ""}`,
        ]),
    total,
  ];
}

const fitted = (text: string, width: number): string => {
  const short = cut(text, width);
  return short + " ".repeat(Math.max(0, width - Bun.stringWidth(short)));
};

/** At most `width` columns of `text`, with `…` where some were left off. */
function cut(text: string, width: number): string {
  if (Bun.stringWidth(text) <= width) return text;
  let short = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (Bun.stringWidth(short + segment) > width - 1) break;
    short += segment;
  }
  return `${short}…`;
}

const COLOURS = { healthy: 32, stale: 33, incomplete: 31, uninitialized: 36 } as const;

function painted(text: string, cell: ReportCell): string {
  const status = statusText(cell);
  const colour = isResting(cell) ? 90 : COLOURS[cell.status];
  return text.replace(status, `\u001b[${colour}m${status}\u001b[0m`);
}

/**
 * What follows a table of cells: a suspicion, a hold, entries that are not cells, and the summary.
 *
 * @module
 */
import { asSentence, printable } from "../base/printable.ts";
import type { Report } from "../contract/report.ts";
import { statusCounts } from "../verdict/display-status.ts";
import type { ReportedHold } from "../contract/revival.ts";
import { commandPrefix } from "../cli/called-as.ts";
import { placeFlags } from "../cli/place-flags.ts";
import { cut } from "../cli/fitted-text.ts";

/** The lines after the table, the summary last. */
export function footerLines(report: Report, width: number): string[] {
  const { suspicion, hold, summary, root } = report;
  const wrapped = (text: string) =>
    width === Infinity ? [text] : Bun.wrapAnsi(text, width).split("\n");
  return [
    ...(summary.total === 0 ? [`No cells under ${cut(printable(root), 60)}`] : []),
    ...(suspicion === undefined ? [] : wrapped(printable(asSentence(suspicion.text)))),
    ...(hold === undefined ? [] : wrapped(holdText(hold, root))),
    ...ignoredLines(report),
    totalLine(report),
  ];
}

function holdText({ since, until, reason }: ReportedHold, root: string): string {
  const from = since === null ? "" : ` since ${since}`;
  const end = until === undefined ? "" : ` until ${until}`;
  const why = reason === null ? "" : `: ${printable(reason)}`;
  return `Held${from}${end}, nothing is revived${why}. To end it: ${commandPrefix()}supervise resume${printable(placeFlags({ root }))}`;
}

function ignoredLines({ ignored }: Report): string[] {
  const [first] = ignored;
  if (first === undefined) return [];
  const count =
    ignored.length === 1
      ? "1 entry that is not a cell"
      : `${ignored.length} entries that are not cells`;
  return [`${count}: ${cut(printable(first.name), 40)}${ignored.length > 1 ? ", …" : ""}`];
}

function totalLine({ summary }: Report): string {
  const { total, resting } = summary;
  return `${total} ${total === 1 ? "cell" : "cells"}: ${statusCounts(summary, resting)}`;
}

/**
 * Printing scan's table once, or again and again.
 *
 * @module
 */
import { commandPrefix } from "../cli/called-as.ts";
import { hasColor } from "../cli/color.ts";
import type { Report } from "../contract/report.ts";
import type { TableOptions } from "./table-options.ts";
import { isTerminalAt } from "../host/stdio/is-terminal.ts";
import { sortCells, tableText } from "./table.ts";

/** The table of a scan without flags for it. */
const USUAL_TABLE: TableOptions = { isWide: false, isQuiet: false, hasHeader: true };

/** The text of a report for a person: the table, or the ids alone. */
export function reportText(report: Report, options: TableOptions = USUAL_TABLE): string {
  if (options.isQuiet)
    return sortCells(report.cells, options.sort)
      .map(({ mission_id }) => `${mission_id}\n`)
      .join("");
  const width = options.isWide ? Infinity : terminalWidth();
  return tableText(report, { ...options, width, color: hasColor(), prefix: commandPrefix() });
}

/** A pipe has no width: nothing is cut there, unless the variable COLUMNS says otherwise. */
export function terminalWidth(): number {
  const given = Number(process.env["COLUMNS"]);
  const width = isTerminalAt(1) ? process.stdout.columns : given;
  return Number.isInteger(width) && width >= MIN_TERMINAL ? width : Infinity;
}
const MIN_TERMINAL = 20;

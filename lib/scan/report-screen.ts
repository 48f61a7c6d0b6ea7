/**
 * Showing a whole report: as a table, for a monitor, as metrics, or as JSON of version 1.
 *
 * @module
 */
import { EXIT } from "../base/errors.ts";
import type { Report } from "../contract/report.ts";
import { writeOutput } from "../host/files/output-file.ts";
import { printText } from "../host/stdio/stdio.ts";
import { selectCells } from "../verdict/report-filter.ts";
import type { ScanCall } from "./scan-flags.ts";
import { reportText } from "./table-screen.ts";

/**
 * Shows the report on the cells; returns the exit code.
 *
 * @throws {OperatorError} when the jobs cannot be listed, or the output is not written completely.
 */
export async function showReport(report: Report, call: ScanCall): Promise<number> {
  const { format, output } = call.options;
  const { text, code } =
    format === "table"
      ? { text: reportText(selectCells(report, call.options), call.options.table), code: EXIT.ok }
      : await (await import("./monitor-screen.ts")).shownToMonitor(report, call);
  if (output === undefined) printText(text);
  else writeOutput(output, text);
  return code;
}

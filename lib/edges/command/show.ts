/**
 * A scan in the form that was asked for, where it was asked for.
 *
 * @module
 */
import { version } from "../../../package.json";
import { CHECK_EXIT, checkLine, checkReport } from "../../rules/check.ts";
import { classify } from "../../rules/classify.ts";
import { explain, explanationText } from "../../rules/explain.ts";
import { metricsText } from "../../rules/metrics.ts";
import { printable, printableJson, printableLines } from "../../rules/printable.ts";
import { selectFrom } from "../../rules/select.ts";
import { EXIT, OperatorError } from "../../schemas/errors.ts";
import { OWN_JOB } from "../../schemas/job.ts";
import type { Report } from "../../schemas/report.ts";
import type { Settings } from "../../schemas/settings.ts";
import { openRoot, type Root } from "../host/directory.ts";
import { hasColour } from "./help.ts";
import { missingCell } from "../cell/here.ts";
import { jobRecord, writeJob } from "../cell/job.ts";
import { scanJobs } from "../cell/jobs.ts";
import { observeCell } from "../cell/observe.ts";
import { writeOutput } from "../host/output.ts";
import { scanCell, scanRoot, selectCells } from "../cell/scan.ts";
import { printText, tell } from "../host/stdout.ts";
import { tableText } from "./table.ts";
import type { Form, ScanOptions } from "./scan-options.ts";

/**
 * Scans and shows; gives the exit code. `ids` names the cells, none means all.
 *
 * @throws {OperatorError} when the scan could not be made, shown or written whole.
 */
export async function showScan(
  settings: Settings,
  ids: readonly string[],
  options: ScanOptions,
  now: Date,
): Promise<number> {
  if (options.jobs) return (await import("./show-jobs.ts")).showJobs(settings, options, now);
  if (options.explain !== undefined)
    return showExplanation(options.explain, settings, options.json, now);
  return withOwnBeat(settings, options, () => scanAndShow(settings, ids, options, now));
}

function scanAndShow(
  settings: Settings,
  ids: readonly string[],
  options: ScanOptions,
  now: Date,
): number {
  const root = openRoot(settings.root);
  if (options.form === "ndjson" && options.output === undefined)
    return streamCells(root, ids, settings, options, now);
  const cells = scanRoot(root, ids, settings, now);
  const report = ids.length === 0 ? withJobs(cells, settings, options.form, now) : cells;
  const text = render(report, options);
  if (options.output === undefined) printText(text);
  else writeOutput(options.output, text);
  return options.form === "check" ? CHECK_EXIT[checkReport(report)] : EXIT.ok;
}

/**
 * The report with the host's jobs, for the forms that show them. Where they cannot be listed, what
 * is known to be critical stays so, and metrics lack those of jobs.
 */
function withJobs(report: Report, settings: Settings, form: Form, now: Date): Report {
  if (form !== "check" && form !== "prometheus") return report;
  try {
    return { ...report, jobs: scanJobs(settings, now) };
  } catch (error) {
    const isKnown = form === "prometheus" || checkReport(report) === "CRITICAL";
    if (error instanceof OperatorError && isKnown) return report;
    throw error;
  }
}

/** A failed `scan --check` says so as a plugin does; other errors are told as usual. */
export function tellCheckFailed(error: OperatorError, argv: readonly string[]): number | undefined {
  if (!argv.includes("--check") || error.fault === "usage") return undefined;
  const line = `MISSIONS UNKNOWN - ${printable(error.message).replaceAll("|", "/")}\n`;
  try {
    printText(line);
  } catch (again) {
    // Where stdout takes nothing, the exit code is all that the monitor gets.
    if (!(again instanceof OperatorError)) throw again;
    tell(line);
  }
  return CHECK_EXIT.UNKNOWN;
}

/** Does what is asked, then writes the beat that says how it went, where one is asked for. */
async function withOwnBeat(
  settings: Settings,
  options: ScanOptions,
  work: () => number,
): Promise<number> {
  const beat = (status: "ok" | "fail") =>
    options.writeHeartbeat
      ? writeJob(jobRecord({ job: OWN_JOB, status }, new Date()), settings)
      : undefined;
  let code: number;
  try {
    code = work();
  } catch (error) {
    // Why nothing was shown is the error to tell, whatever becomes of the beat.
    await beat("fail")?.catch(() => {});
    throw error;
  }
  await beat("ok");
  return code;
}

function render(report: Report, options: ScanOptions): string {
  const shown = selectFrom(report, { statuses: options.statuses, labels: [] });
  switch (options.form) {
    case "check":
      return `${printable(checkLine(report))}\n`;
    case "prometheus":
      return metricsText(report, { version });
    case "ndjson":
      return shown.cells.map((cell) => `${printableJson(cell)}\n`).join("");
    case "json":
      return `${printableJson(shown, 2)}\n`;
    default:
      return tableText(shown, hasColour());
  }
}

/** Prints each cell as soon as it is judged: no report is gathered. */
function streamCells(
  root: Root,
  ids: readonly string[],
  settings: Settings,
  options: ScanOptions,
  now: Date,
): number {
  for (const id of selectCells(root, ids).ids) {
    const cell = scanCell(root, id, settings, now, ids.length > 0);
    if (options.statuses.includes(cell.status)) printText(`${printableJson(cell)}\n`);
  }
  return EXIT.ok;
}

function showExplanation(id: string, settings: Settings, json: boolean, now: Date): number {
  const root = openRoot(settings.root);
  const facts = observeCell(root, id);
  if (facts.self.outcome === "absent") throw missingCell(root, id);
  const explanation = explain(facts, settings, classify(facts, settings, now));
  printText(
    json
      ? `${printableJson(explanation, 2)}\n`
      : `${printableLines(explanationText(explanation))}\n`,
  );
  return EXIT.ok;
}

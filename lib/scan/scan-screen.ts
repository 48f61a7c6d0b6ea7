/**
 * Showing a scan in the requested format, on stdout or in a file.
 *
 * Each format is loaded only when it is asked for: a scan of few cells takes most of its time to start.
 *
 * @module
 */
import { printable } from "../base/printable.ts";
import { EXIT, OperatorError } from "../base/errors.ts";
import { OWN_JOB } from "../contract/own-job.ts";
import { openRoot } from "../host/files/directory.ts";
import { writeOutput } from "../host/files/output-file.ts";
import { hasStoreMarker, lastSuspicion } from "./last-word.ts";
import { type Progress, showsProgress, startProgress } from "../host/stdio/progress-line.ts";
import { scanRoot } from "./scan.ts";
import { cellLines, reportPieces } from "./stream.ts";
import { printText, printError } from "../host/stdio/stdio.ts";
import type { OutputFormat, ScanCall, ScanOptions } from "./scan-flags.ts";

/**
 * Scans and shows the cells; returns the exit code.
 *
 * @throws {OperatorError} when the scan fails, or the output is not written completely.
 */
export async function showScan(call: ScanCall): Promise<number> {
  const { settings, options, now } = call;
  if (options.jobs) return (await import("./jobs-screen.ts")).showJobs(settings, options, now);
  if (options.explain !== undefined)
    return (await import("./explain-screen.ts")).showExplanation(options.explain, call);
  if (options.table?.watchSeconds !== undefined)
    return (await import("./watch-screen.ts")).watchCells(call, options.table.watchSeconds);
  return withOwnHeartbeat(call, () => scanAndShow(call));
}

/** The formats that show attempts and orders. */
const WITH_REVIVAL: readonly OutputFormat[] = ["table", "json", "ndjson"];

/** Shows one scan; returns the exit code. */
export async function scanAndShow(call: ScanCall): Promise<number> {
  const { settings, ids, options, now } = call;
  const { statuses, labels, format } = options;
  const root = openRoot(settings.root);
  const isWanted = WITH_REVIVAL.includes(format) && hasStoreMarker(settings);
  const revival = isWanted ? await call.readRevival(settings, now) : undefined;
  const request = { root, ids, limits: settings, now, statuses, labels, revival };
  if (options.format === "ndjson") return writePieces(options, cellLines(request));
  const last = { ...request, lastSuspicion: lastSuspicion(settings, now) };
  if (options.format === "json" && options.reportVersion === 2)
    return writePieces(options, reportPieces(last, progressFor(options)));
  const { showReport } = await import("./report-screen.ts");
  return showReport(scanRoot({ ...last, progress: progressFor(options) }), call);
}

const progressFor = ({ table }: ScanOptions): Progress | undefined =>
  table?.isQuiet === true || !showsProgress() ? undefined : startProgress("cells");

/**
 * Reports the failure of `scan --check` as a monitoring plugin does, and returns the exit code.
 * Undefined for other failures, which are reported as usual.
 */
export async function reportCheckFailure(
  error: OperatorError,
  argv: readonly string[],
): Promise<number | undefined> {
  if (!argv.includes("--check") || error.fault === "usage") return undefined;
  const what = argv.includes("--jobs") ? "JOBS" : argv.includes("--fleet") ? "FLEET" : "MISSIONS";
  const line = `${what} UNKNOWN - ${printable(error.message).replaceAll("|", "/")}\n`;
  try {
    printText(line);
  } catch (failure) {
    // When stdout fails, the monitor gets the exit code only.
    if (!(failure instanceof OperatorError)) throw failure;
    printError(line);
  }
  return (await import("./rules/nagios.ts")).CHECK_EXIT.UNKNOWN;
}

/** Calls `work`; with --write-heartbeat, then writes its outcome as the heartbeat of scan itself. */
async function withOwnHeartbeat(
  { settings, options }: ScanCall,
  work: () => Promise<number>,
): Promise<number> {
  if (!options.writeHeartbeat) return work();
  const { newJobRecord, writeJob } = await import("../jobs/record-store.ts");
  const beat = (status: "ok" | "fail") =>
    writeJob(newJobRecord({ job: OWN_JOB, status }, new Date()), settings);
  let code: number;
  try {
    code = await work();
  } catch (error) {
    // The error to report is that of the scan, even if the heartbeat fails too.
    await beat("fail").catch(() => {});
    throw error;
  }
  await beat("ok");
  return code;
}

/** Writes each piece as soon as it is there, so that the output is never in memory as a whole. */
function writePieces({ output }: ScanOptions, pieces: Iterable<Uint8Array>): number {
  if (output === undefined) for (const piece of pieces) printText(piece);
  else writeOutput(output, pieces);
  return EXIT.ok;
}

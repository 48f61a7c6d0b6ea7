/**
 * Reports from a file that `scan --output` replaces.
 *
 * @module
 */
import { readFile, stat } from "node:fs/promises";
import { parseContract } from "../contract/parse.ts";
import { quoted } from "../base/printable.ts";
import { describeFlaw } from "../verdict/problems.ts";
import type { Report } from "../contract/report.ts";
import { AnyReport, inCurrentVersion } from "../verdict/report-versions.ts";
import type { ReportSource } from "./report-poller.ts";

/** Longest time between polls. */
const MAX_POLL_MS = 5000;
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/**
 * The reports in a file that is replaced every `everyMs`. Their age is that of the timestamp in
 * them, so that a file which is no longer replaced goes stale; a timestamp in the future counts
 * like one equally far in the past.
 */
export const reportFile = (path: string, everyMs: number): ReportSource => ({
  scan: () => readReport(path),
  intervalMs: everyMs,
  pollMs: Math.min(everyMs, MAX_POLL_MS),
  ageMs: ({ generated_at }) => Math.abs(Date.now() - Date.parse(generated_at)),
});

async function readReport(path: string): Promise<Report> {
  const stats = await stat(path);
  if (!stats.isFile())
    throw new Error(`Cannot read the report ${quoted(path)}: not a regular file`);
  if (stats.size > MAX_FILE_BYTES)
    throw new Error(`Cannot read the report ${quoted(path)}: larger than ${MAX_FILE_BYTES} bytes`);
  return parseReport(await readFile(path, "utf8"), path);
}

function parseReport(text: string, path: string): Report {
  const report = parseContract(text, AnyReport);
  if (report.outcome === "read") return inCurrentVersion(report.value);
  throw new Error(`${quoted(path)} is not a report of scan: it ${describeFlaw(report)}`);
}

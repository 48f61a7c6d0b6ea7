/**
 * Reports that others make: the file that `scan --output` replaces.
 *
 * @module
 */
import { readFile, stat } from "node:fs/promises";
import * as v from "valibot";
import { quoted } from "../../rules/printable.ts";
import { Report } from "../../schemas/report.ts";
import type { Plan } from "./source.ts";

/** How often to look for a new one, at least. */
const LOOK_MS = 5000;
/** A larger file is no report. */
const SIZE_LIMIT = 256 * 1024 * 1024;

/**
 * What `startSource` needs to show the reports in a file that is replaced every `everyMs`.
 * Their age counts from the time written in them, so that a file which nobody replaces any
 * more goes stale; one from the future is as bad as one from as long ago.
 */
export const reportFile = (path: string, everyMs: number): Plan => ({
  scan: () => readReport(path),
  intervalMs: everyMs,
  lookMs: Math.min(everyMs, LOOK_MS),
  ageMs: ({ generated_at }) => Math.abs(Date.now() - Date.parse(generated_at)),
});

async function readReport(path: string): Promise<Report> {
  const stats = await stat(path);
  if (!stats.isFile() || stats.size > SIZE_LIMIT) throw new Error(`${quoted(path)} is no report`);
  return parseReport(await readFile(path, "utf8"), path);
}

function parseReport(text: string, path: string): Report {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${quoted(path)} is no JSON document`);
  }
  const parsed = v.safeParse(Report, value);
  if (!parsed.success) throw new Error(`${quoted(path)} is no report of scan`);
  return parsed.output;
}

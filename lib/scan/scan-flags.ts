/**
 * Reading the flags of scan.
 *
 * @module
 */
import type { RevivalFacts } from "../contract/revival.ts";
import type { Settings } from "../contract/settings.ts";
import type { Supervision } from "../contract/supervision.ts";
import { DISPLAY_STATUSES, type StatusWord } from "../verdict/display-status.ts";
import { type Flags, listFlag, textFlag } from "../cli/flag-values.ts";
import { TABLE_FLAGS, type TableFlag, type TableOptions } from "./table-options.ts";
import { readMinCells, readMinJobs, readReportVersion } from "./format-flags.ts";
import { cannotUse } from "../cli/usage-error.ts";

/** Output formats by flag, each with the flags that it excludes. */
const FORMATS = {
  jobs: ["explain", "ndjson", "status", "write-heartbeat", "report-version", "min-cells"],
  explain: [
    "ndjson",
    "prometheus",
    "check",
    "status",
    "output",
    "write-heartbeat",
    "report-version",
  ],
  check: ["json", "ndjson", "prometheus", "status", "output", "report-version"],
  prometheus: ["json", "ndjson", "status", "report-version"],
  ndjson: ["json", "report-version"],
  json: [],
} as const;

/** Without a flag, stdout gets `table` and a file gets `json`. */
export type OutputFormat = Exclude<keyof typeof FORMATS, "jobs"> | "table";

/** The flags that select the output. */
type ScanFlag =
  | keyof typeof FORMATS
  | "status"
  | "output"
  | "write-heartbeat"
  | "report-version"
  | "min-cells"
  | "min-jobs"
  | "label"
  | TableFlag;

export interface ScanOptions {
  readonly format: OutputFormat;
  readonly json: boolean;
  /** Show the jobs instead of the cells. */
  readonly jobs: boolean;
  /** What names the mission to explain; empty for the one around. */
  readonly explain: string | undefined;
  /** The statuses to show. */
  readonly statuses: readonly StatusWord[];
  /** Labels that the cells to show have: `name=value`, or `name`. */
  readonly labels: readonly string[];
  /** How to show a table. */
  readonly table: TableOptions | undefined;
  readonly output: string | undefined;
  readonly writeHeartbeat: boolean;
  /** The version of the report as JSON. */
  readonly reportVersion: 1 | 2;
  /** The fewest cells that a check expects. */
  readonly minCells: number;
  /** The fewest jobs that a check expects. */
  readonly minJobs: number;
}

/** What a scan was asked for: the cells `ids`, or all if it is empty. */
export interface ScanCall {
  readonly settings: Settings;
  readonly ids: readonly string[];
  readonly options: ScanOptions;
  readonly now: Date;
  /** Reads what supervise knows of reviving under the root; undefined if that is unknown. */
  readonly readRevival: (settings: Settings, now: Date) => Promise<RevivalFacts | undefined>;
  /** The same for metrics. */
  readonly readSupervision: (settings: Settings, now: Date) => Promise<Supervision | undefined>;
}

/**
 * Reads the flags that select a scan's output.
 *
 * @throws {OperatorError} of kind `usage` when they contradict each other.
 */
export async function readScanOptions(
  args: Flags<ScanFlag>,
  ids: readonly string[],
): Promise<ScanOptions> {
  const has = (flag: ScanFlag) => args[flag] !== undefined && args[flag] !== false;
  const formats = (Object.keys(FORMATS) as (keyof typeof FORMATS)[]).filter(has);
  for (const each of formats) checkConflict(each, FORMATS[each].find(has));
  const format = formats.find((each) => each !== "jobs");
  if (has("jobs") && ids.length > 0)
    throw cannotUse("a mission id with --jobs", "a job has no mission id");
  const explain = textFlag(args, "explain");
  if (explain !== undefined && ids.length > 0)
    throw cannotUse("another mission id with --explain", "explain one cell at a time");
  return {
    format: format ?? (has("output") ? "json" : "table"),
    json: has("json"),
    jobs: has("jobs"),
    explain,
    labels: listFlag(args, "label"),
    table: await readTable(
      args,
      has("jobs") ? "jobs" : (format ?? (has("output") ? "output" : "table")),
    ),
    statuses: await readStatusFlag(textFlag(args, "status")),
    output: textFlag(args, "output"),
    writeHeartbeat: has("write-heartbeat"),
    reportVersion: readReportVersion(
      textFlag(args, "report-version"),
      has("json") || has("output"),
    ),
    minCells: readMinCells(textFlag(args, "min-cells"), has("check"), ids),
    minJobs: readMinJobs(textFlag(args, "min-jobs"), has("jobs") && has("check")),
  };
}

/** The flags of the table, which exclude other formats; `format` is that of the output. */
async function readTable(args: Flags<ScanFlag>, format: string): Promise<TableOptions | undefined> {
  if (!TABLE_FLAGS.some((flag) => args[flag] !== undefined)) return undefined;
  if (format !== "table")
    checkConflict(
      format,
      TABLE_FLAGS.find((flag) => args[flag] !== undefined),
    );
  return (await import("./table-flags.ts")).readTableOptions(args);
}

const readStatusFlag = async (text: string | undefined): Promise<readonly StatusWord[]> =>
  text === undefined
    ? DISPLAY_STATUSES
    : (await import("./status-filter.ts")).readStatuses(text.split(","));

function checkConflict(format: string, conflict: string | undefined): void {
  if (conflict !== undefined)
    throw cannotUse(`--${conflict} together with --${format}`, "give one of them");
}

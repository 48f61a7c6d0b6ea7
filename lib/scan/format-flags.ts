/**
 * Reading the flags that belong to one format of scan. Each throws an OperatorError of kind `usage` for a
 * wrong value, or without that format.
 *
 * @module
 */
import { cannotUse } from "../cli/usage-error.ts";
import { readCount } from "../cli/value-flags.ts";

/** The version of the report as JSON. */
export function readReportVersion(text: string | undefined, isJson: boolean): 1 | 2 {
  if (text === undefined) return 2;
  if (!isJson) throw cannotUse("--report-version without --json", "add --json");
  if (text === "1" || text === "2") return text === "1" ? 1 : 2;
  throw cannotUse(`"${text}" for --report-version: Expected 1 or 2`);
}

/** A root without cells may be the wrong one, or not mounted. */
const DEFAULT_MIN_CELLS = 1;

/** The fewest cells that a check expects. */
export function readMinCells(
  value: string | undefined,
  isCheck: boolean,
  ids: readonly string[],
): number {
  if (value === undefined) return DEFAULT_MIN_CELLS;
  if (!isCheck) throw cannotUse("--min-cells without --check", "add --check");
  if (ids.length > 0)
    throw cannotUse("a mission id with --min-cells", "each named cell must exist anyway");
  return readCount("min-cells", value, 0);
}

/** Without any job, the directory may be the wrong one, or not mounted. */
const DEFAULT_MIN_JOBS = 1;

/** The fewest jobs that a check expects. */
export function readMinJobs(value: string | undefined, isJobCheck: boolean): number {
  if (value === undefined) return DEFAULT_MIN_JOBS;
  if (!isJobCheck) throw cannotUse("--min-jobs without --jobs --check", "add --jobs --check");
  return readCount("min-jobs", value, 0);
}

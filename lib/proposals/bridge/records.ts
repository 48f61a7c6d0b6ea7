/**
 * This host's records of issues, outside of every cell:
 *
 *     <state dir>/roots/<name of the root>/proposals/<repository id>-<number>.json
 *
 * An agent can write any issue into its cell as the source, but it cannot write here. Files are
 * named by the tracker's numbers, because a repository can be renamed. An issue without a record
 * was never processed, so a directory that disappears during a pass must not count as empty.
 *
 * @module
 */
import { join } from "node:path";
import type * as v from "valibot";
import { contractText } from "../../contract/json.ts";
import { quoted } from "../../base/printable.ts";
import { describeFlaw } from "../../verdict/problems.ts";
import { FILE_MODE } from "../../contract/cell.ts";
import { OperatorError } from "../../base/errors.ts";
import { valueOf } from "../../contract/facts.ts";
import type { IssueKey } from "../form/gitea.ts";
import { IssueRecord } from "../form/host-records.ts";
import { readContract } from "../../host/files/read-json.ts";
import { readMarkerIn } from "../../host/files/store-marker.ts";
import { asOwnerOf } from "../../host/programs/privileges.ts";
import { withDirectory } from "../../host/files/directory.ts";
import { systemFailure } from "../../host/errno.ts";
import { replaceFile } from "../../host/files/atomic-file.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";

/** The paths of a store with records, and the id by which a pass recognizes their directory. */
export interface RecordsPaths extends StorePaths {
  /** Undefined in a dry run without a directory of records. */
  readonly recordsId: string | undefined;
}

/** The path of the records' directory. */
export const recordsPath = ({ storeDir }: StorePaths): string => join(storeDir, "proposals");
const fileName = ({ number, repository }: IssueKey): string => `${repository.id}-${number}.json`;

/**
 * The record of an issue; empty if there is none yet.
 *
 * @throws {OperatorError} when it cannot be read, so that its contents are unknown.
 */
export function readRecord(
  state: RecordsPaths,
  issue: IssueKey,
): Omit<IssueRecord, "schema_version"> {
  if (state.recordsId === undefined) return {};
  const doing = `Cannot read the record of issue ${issue.number}`;
  const file = { name: fileName(issue), doing };
  const removal = "if you remove it, the issue counts as never processed";
  return readRecordFile(state, file, IssueRecord, removal) ?? {};
}

/** A file among the records, and what is done with it, for errors. */
interface RecordFile {
  readonly name: string;
  readonly doing: string;
}

/**
 * The value of a file among the records; undefined if it does not exist.
 *
 * @throws {OperatorError} when it cannot be read; `removal` says what removing it would mean.
 */
export function readRecordFile<S extends v.GenericSchema>(
  state: RecordsPaths,
  { name, doing }: RecordFile,
  schema: S,
  removal: string,
): v.InferOutput<S> | undefined {
  const record = withRecords(state, doing, (dir) => readContract(dir, name, schema));
  if (record.outcome === "read") return record.value;
  if (record.outcome === "absent") return undefined;
  const hint = `check ${join(recordsPath(state), name)}; ${removal}`;
  throw new OperatorError("io_error", `${doing}: it ${describeFlaw(record)}`, hint);
}

/**
 * Replaces a file among the records, durably.
 *
 * @throws {OperatorError} when it cannot be written; then the previous one stays.
 */
export function writeRecordFile(
  state: RecordsPaths,
  { name, doing }: RecordFile,
  value: object,
): void {
  const text = contractText(value) ?? "";
  asOwnerOf(state.stateDir, () =>
    withRecords(state, doing, (dir) => replaceFile(dir, name, text, FILE_MODE)),
  );
}

/** Calls `use` with the records' directory, after checking that it is still the same one. */
function withRecords<T>(state: RecordsPaths, doing: string, use: (dir: number) => T): T {
  try {
    return withDirectory(recordsPath(state), (dir) => {
      if (valueOf(readMarkerIn(dir))?.store_id === state.recordsId) return use(dir);
      throw new OperatorError(
        "io_error",
        `${doing}: ${quoted(recordsPath(state))} was replaced by another directory`,
        "restore the directory that was there",
      );
    });
  } catch (error) {
    throw error instanceof OperatorError ? error : systemFailure(error, doing, "io_error");
  }
}

/**
 * Adds to the record of an issue, durably.
 *
 * @throws {OperatorError} when it cannot be written; then the previous record stays.
 */
export function updateRecord(
  state: RecordsPaths,
  issue: IssueKey,
  more: Omit<IssueRecord, "schema_version">,
): void {
  const value = { schema_version: 1, ...readRecord(state, issue), ...more };
  const doing = `Cannot write the record of issue ${issue.number}`;
  writeRecordFile(state, { name: fileName(issue), doing }, value);
}

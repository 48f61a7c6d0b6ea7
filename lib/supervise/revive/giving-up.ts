/**
 * The record that a mission was given up for a time: a file next to the attempt that opened the
 * breaker.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { quoted } from "../../base/printable.ts";
import { FILE_MODE } from "../../contract/cell.ts";
import { withDirectory } from "../../host/files/directory.ts";
import { systemFailure } from "../../host/errno.ts";
import { addFile } from "../../host/files/atomic-file.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { attemptPath } from "./attempt-files.ts";
import type { BreakerOpening } from "./rules/attempt-gates.ts";

export interface OpeningRecord {
  /** Its path in the store. */
  readonly record: string;
  /**
   * Writes it, durably.
   *
   * @throws {OperatorError} when it cannot be written.
   */
  readonly write: () => void;
}

/**
 * The record of an opening of a mission's breaker, so that it causes one notification; undefined if
 * it is written already.
 */
export function openingRecord(
  { storeDir }: StorePaths,
  id: string,
  { by, until }: BreakerOpening,
): OpeningRecord | undefined {
  const record = attemptPath(id, by, "gave-up");
  const path = join(storeDir, record);
  if (existsSync(path)) return undefined;
  const text = `${JSON.stringify({ schema_version: 1, until })}\n`;
  return { record, write: () => writeOpening(path, text) };
}

function writeOpening(path: string, text: string): void {
  try {
    withDirectory(dirname(path), (dir) => addFile(dir, basename(path), text, FILE_MODE));
  } catch (error) {
    throw systemFailure(error, `Cannot write ${quoted(path)}`, "io_error");
  }
}

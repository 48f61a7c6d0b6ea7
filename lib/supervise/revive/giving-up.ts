/**
 * The record that a mission was given up for a time: a file next to the attempt that opened the
 * breaker.
 *
 * @module
 */
import { join } from "node:path";
import { quoted } from "../../base/printable.ts";
import { FILE_MODE } from "../../contract/cell.ts";
import { withDirectory } from "../../host/files/directory.ts";
import { systemFailure } from "../../host/errno.ts";
import { addFile } from "../../host/files/atomic-file.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { attemptsDirectoryOf, attemptFileName } from "./attempt-files.ts";
import type { BreakerOpening } from "./rules/attempt-gates.ts";

/**
 * Records an opening of a mission's breaker, durably, so that it causes one notification. False if
 * it is already recorded.
 *
 * @throws {OperatorError} when it cannot be written.
 */
export function recordOpening(state: StorePaths, id: string, opening: BreakerOpening): boolean {
  const { by, until } = opening;
  const directory = attemptsDirectoryOf(state, id);
  const name = attemptFileName(by.digest, by.number, "gave-up");
  const text = `${JSON.stringify({ schema_version: 1, until })}\n`;
  try {
    return withDirectory(directory, (dir) => addFile(dir, name, text, FILE_MODE));
  } catch (error) {
    throw systemFailure(error, `Cannot write ${quoted(join(directory, name))}`, "io_error");
  }
}

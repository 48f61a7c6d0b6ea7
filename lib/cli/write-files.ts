/**
 * Writes the files that the executable carries.
 *
 * @module
 */
import { lstatSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { OperatorError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { systemFailure } from "../host/errno.ts";
import { addFile } from "../host/files/atomic-file.ts";
import { withDirectory } from "../host/files/directory.ts";
import { createDirectories } from "../host/files/state-dir.ts";
import type { CarriedFile } from "./carried-files.ts";

/**
 * Writes files below `directory`, durably, and returns how many are new. One that is there already,
 * with the same text, is kept: a call that was interrupted can be repeated.
 *
 * @throws {OperatorError} if something else is in the way of one, and then writes none; or if one
 *   cannot be written.
 */
export function writeFiles(directory: string, files: readonly CarriedFile[]): number {
  const base = resolve(directory);
  const missing = files.filter((file) => !isThere(join(base, file.path), file.text));
  for (const file of missing) writeFile(join(base, file.path), file);
  return missing.length;
}

/** True if the file is there. Refuses anything else at `path`. */
function isThere(path: string, text: string): boolean {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return false;
    if (
      stats.isFile() &&
      stats.size === Buffer.byteLength(text) &&
      readFileSync(path, "utf8") === text
    )
      return true;
  } catch (error) {
    throw systemFailure(error, `Cannot write ${quoted(path)}`, "cannot_create");
  }
  throw inTheWay(path);
}

function writeFile(path: string, { text, isProgram }: CarriedFile): void {
  try {
    createDirectories(dirname(path));
    const mode = isProgram ? 0o755 : 0o644;
    const isNew = withDirectory(dirname(path), (dir) => addFile(dir, basename(path), text, mode));
    if (!isNew) throw inTheWay(path);
  } catch (error) {
    throw systemFailure(error, `Cannot write ${quoted(path)}`, "cannot_create");
  }
}

const inTheWay = (path: string): OperatorError =>
  new OperatorError(
    "cannot_create",
    `Cannot write ${quoted(path)}: another file is in the way`,
    "name a new directory, and compare: diff -r",
  );

/**
 * Changing keys of a cell's JSON file, and keeping all others.
 *
 * @module
 */
import { OperatorError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { CELL_FILES, FILE_MODE } from "../../contract/cell.ts";
import { contractText, parseLossless } from "../../contract/json.ts";
import { systemFailure } from "../../host/errno.ts";
import { replaceFile } from "../../host/files/atomic-file.ts";
import { withParent } from "../../host/files/directory.ts";
import { readText } from "../../host/files/read-json.ts";

type Rewritable = (typeof CELL_FILES)["mission" | "config"];

/**
 * Replaces keys of the file at `path` in the open directory `cell`, removes those whose new value is
 * undefined, and writes all others back as they were.
 *
 * @throws {OperatorError} when it is no longer valid JSON, would become too large, or cannot be
 *   written; it is then unchanged.
 */
export function rewriteKeys(cell: number, path: Rewritable, changed: object): void {
  withParent(cell, path.split("/"), (dir, name) => {
    const text = readText(dir, name);
    const before = text.outcome === "read" ? parseLossless(text.value) : undefined;
    const rewritten = before === undefined ? undefined : contractText({ ...before, ...changed });
    if (rewritten === undefined)
      throw new OperatorError(
        "data_error",
        `Cannot rewrite ${path}: it would exceed its size limit, or is no longer valid`,
        "shorten or correct it by hand",
      );
    try {
      replaceFile(dir, name, rewritten, FILE_MODE);
    } catch (error) {
      throw systemFailure(error, `Cannot rewrite ${quoted(path)}`, "io_error");
    }
  });
}

/**
 * Writing a result into a file that other programs read.
 *
 * @module
 */
import { lstatSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { quoted } from "../../base/printable.ts";
import { OperatorError } from "../../base/errors.ts";
import { withDirectory } from "./directory.ts";
import { systemFailure } from "../errno.ts";
import { fileTypeOf } from "./file-type.ts";
import { replaceFile } from "./atomic-file.ts";
import type { FileContent } from "../stdio/write.ts";

/** The mode of a new file, before the umask: a collector or a web server may read it. */
const OUTPUT_MODE = 0o644;

/**
 * Atomically replaces the file at `path` with `content`, and keeps its mode unless an untrusted user
 * put it there. Refuses a device, a directory and a symlink.
 *
 * @throws {OperatorError} if it is not a regular file, or cannot be written.
 */
export function writeOutput(path: string, content: FileContent): void {
  const doing = `Cannot write ${quoted(path)}`;
  const file = resolve(path);
  try {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (stats !== undefined && !stats.isFile())
      throw new OperatorError(
        "cannot_create",
        `${doing}: it is a ${fileTypeOf(stats)}, not a regular file`,
        "name a regular file, or leave --output out and use the shell's redirection",
      );
    withDirectory(dirname(file), (dir) => replaceFile(dir, basename(file), content, OUTPUT_MODE));
  } catch (error) {
    throw systemFailure(error, doing, "cannot_create");
  }
}

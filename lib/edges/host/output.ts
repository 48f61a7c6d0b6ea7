/**
 * Writing a result into a file that others read meanwhile.
 *
 * @module
 */
import { lstatSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { quoted } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { doubtIn } from "./belief.ts";
import { withDirectory } from "./directory.ts";
import { systemFailure } from "./errno.ts";
import { kindOf } from "./kind.ts";
import { replaceFile } from "./replace.ts";

/** A new file is for everyone, as far as the umask lets: a collector or a web server reads it. */
const OUTPUT_MODE = 0o644;

/**
 * Replaces the file at `path` with `text`, whole. Only a regular file is replaced: a
 * device, a directory or a link is somebody's, and stays. The new one has the old one's mode,
 * unless a stranger put that there.
 *
 * @throws {OperatorError} when it is anything else, or cannot be written.
 */
export function writeOutput(path: string, text: string): void {
  const doing = `Cannot write ${quoted(path)}`;
  const file = resolve(path);
  try {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (stats !== undefined && !stats.isFile())
      throw new OperatorError(
        "cannot_create",
        `${doing}: it is a ${kindOf(stats)}, not a regular file`,
        "name a regular file, or leave --output out and use the shell's redirection",
      );
    withDirectory(dirname(file), (dir) => {
      const isOurs = stats !== undefined && doubtIn(dir)(stats) === undefined;
      const mode = (isOurs ? stats.mode : OUTPUT_MODE) & 0o777;
      replaceFile(dir, basename(file), text, mode);
    });
  } catch (error) {
    throw systemFailure(error, doing, "cannot_create");
  }
}

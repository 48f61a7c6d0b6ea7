/**
 * Whether there is something at a path.
 *
 * @module
 */
import { statSync } from "node:fs";
import { errnoOf, systemFailure } from "../errno.ts";

/** A path below a file does not exist either. */
const ABSENT: readonly (string | undefined)[] = ["ENOENT", "ENOTDIR"];

/**
 * True if there is something at `path`, after links. Not `existsSync`, which is also false where this
 * user may not look. `doing` starts the message of an error.
 *
 * @throws {OperatorError} if it is unknown, such as in a directory of another user.
 */
export function pathExists(path: string, doing: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    if (ABSENT.includes(errnoOf(error))) return false;
    throw systemFailure(error, doing, "io_error");
  }
}

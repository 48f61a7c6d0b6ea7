/**
 * Errors of the system, in words.
 *
 * @module
 */
import { type Fault, OperatorError } from "../../schemas/errors.ts";

/**
 * The `ENOENT`-like code of a system error; undefined for any other error. Bun's own errors
 * of that kind, such as ENAMETOOLONG, name no system call.
 */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** What a system error says, as the end of a sentence: `permission denied (EACCES)`. */
export function describeErrno(error: unknown): string {
  const code = errnoOf(error);
  if (code === undefined) return error instanceof Error ? error.message : String(error);
  const words = /^[A-Z0-9]+: ([^,]+)/.exec((error as Error).message)?.[1];
  return words === undefined ? code : `${words} (${code})`;
}

const HINTS: Readonly<Record<string, string>> = {
  EACCES: "run it as a user that may do this",
  EPERM: "run it as a user that may do this",
  ENOSPC: "free space or inodes on that file system (df, df -i), then run it again",
  EDQUOT: "free space within the quota, then run it again",
  EROFS: "mount that file system writable, or choose another place",
  ENOENT: "make the directory that is to hold it, or correct the path",
  EEXIST: "a file is where a directory should be: correct the path",
  ENOTDIR: "a file is where a directory should be: correct the path",
  EISDIR: "a directory is where the file should be: look at it, and remove it by hand",
  EMFILE: "raise the limit on open files (ulimit -n), then run it again",
};

/**
 * The error for an operator after a system call failed: `doing` says what was being done
 * and to what. `fault` is what it means unless permission was the reason.
 *
 * @throws whatever came in, if it is not a system error: already told, or a bug.
 */
export function systemFailure(error: unknown, doing: string, fault: Fault): OperatorError {
  const code = errnoOf(error);
  if (code === undefined) throw error;
  const denied = code === "EACCES" || code === "EPERM";
  const hint = HINTS[code] ?? "look at the path and at the system's log, then run it again";
  return new OperatorError(
    denied ? "no_permission" : fault,
    `${doing}: ${describeErrno(error)}`,
    hint,
    { cause: error },
  );
}

/**
 * System errors as text.
 *
 * @module
 */
import { type Fault, OperatorError } from "../base/errors.ts";

/**
 * The code of a system error, such as `ENOENT`; undefined for any other error. Does not require a
 * `syscall`, which Bun's own errors, such as ENAMETOOLONG, lack.
 */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** The kernel's words for errors of lost and damaged file systems, for which Bun has none, or others. */
const WORDS: Readonly<Record<string, string>> = {
  ESTALE: "stale file handle",
  ENOTCONN: "transport endpoint is not connected",
  EDQUOT: "disk quota exceeded",
  EUCLEAN: "structure needs cleaning",
  EBADMSG: "bad message",
  ENOKEY: "required key not available",
  ENOMEDIUM: "no medium found",
  ENOLINK: "link has been severed",
  ENOLCK: "no locks available",
};

/** Describes an error as the end of a sentence: `permission denied (EACCES)`. */
export function describeErrno(error: unknown): string {
  const code = errnoOf(error);
  if (code === undefined) return error instanceof Error ? error.message : String(error);
  const text = WORDS[code] ?? /^[A-Z0-9]+: ([^,]+)/.exec((error as Error).message)?.[1];
  return text === undefined || text === "unknown error" ? code : `${text} (${code})`;
}

const REMOUNT = "mount that file system again, then run it again";
const CHECK_DISK = "see the kernel's log (dmesg), and check that file system and its disk";

const HINTS: Readonly<Record<string, string>> = {
  EACCES: "run it as a user that may do this",
  EPERM: "run it as a user that may do this",
  ENOSPC: "free space or inodes on that file system (df, df -i), then run it again",
  EDQUOT: "free space within the quota, then run it again",
  EROFS: "mount that file system writable, or choose another place",
  ENOENT: "create its parent directory, or correct the path",
  EEXIST: "a file is where a directory should be: correct the path",
  ENOTDIR: "a file is where a directory should be: correct the path",
  EISDIR: "a directory is where the file should be: check it, and remove it by hand",
  ESTALE: REMOUNT,
  ENOTCONN: REMOUNT,
  EIO: CHECK_DISK,
  EUCLEAN: CHECK_DISK,
  EBADMSG: CHECK_DISK,
  ENOKEY: "unlock that directory, then run it again",
  EMFILE: "raise the limit on open files (ulimit -n), then run it again",
};

/**
 * The OperatorError for a failed system call. `doing` begins its message: what was being done,
 * to what. `fault` applies unless permission was denied.
 *
 * @throws `error` itself if it is not a system error: an OperatorError, or a bug.
 */
export function systemFailure(error: unknown, doing: string, fault: Fault): OperatorError {
  const code = errnoOf(error);
  if (code === undefined) throw error;
  const denied = code === "EACCES" || code === "EPERM";
  const hint = HINTS[code] ?? "check the path and the system's log, then run it again";
  return new OperatorError(
    denied ? "no_permission" : fault,
    `${doing}: ${describeErrno(error)}`,
    hint,
    { cause: error },
  );
}

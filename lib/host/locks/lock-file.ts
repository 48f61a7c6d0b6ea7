/**
 * Lock files. Only users who may write in the directory can open them, and so take the lock.
 *
 * A lock counts only while the locked file still has its name. So a process that has locked a file
 * checks that, and only the holder removes the file. A file that a killed holder left behind can
 * be locked again.
 *
 * @module
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  type Stats,
  unlinkSync,
} from "node:fs";
import { quoted } from "../../base/printable.ts";
import { OperatorError } from "../../base/errors.ts";
import { trustCheckIn } from "../files/trust.ts";
import { at } from "../files/directory.ts";
import { errnoOf } from "../errno.ts";
import { awaitLock, canLock, noFlockError, tryLock } from "./lock.ts";
import { fileTypeOf } from "../files/file-type.ts";
import { tryLstat } from "../files/atomic-file.ts";
import { addGroupFile, groupMode } from "../files/group-file.ts";

const { O_RDWR, O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
/** Attempts while other processes keep replacing the file. */
const MAX_ATTEMPTS = 5;

/** A lock to take. */
export interface LockFile {
  /** The open directory of the file, and its name in it. */
  readonly dir: number;
  readonly name: string;
  /** What fails without the lock: the beginning of an error message. */
  readonly doing: string;
  /** Called with a message after an unusable file was removed. */
  readonly onRemoved?: (why: string) => void;
}

/** The locked descriptor, which holds the lock until it is closed; or the busy file's stat. */
export type LockAttempt = { readonly held: number } | { readonly busy: Stats };

/**
 * Tries to take a lock without waiting.
 *
 * @throws {OperatorError} if locks do not work here; or the system's error.
 */
export function tryLockFile(lock: LockFile): LockAttempt {
  // Checked first, so that no file is left behind.
  if (!canLock()) throw noFlockError(lock.doing);
  return take(lock, (fd) => tryLock(fd, lock.doing));
}

/** Waits up to `seconds` for a lock, and returns its descriptor; undefined without success. */
export function awaitLockFile(lock: LockFile, seconds: number): number | undefined {
  const deadlineMs = performance.now() + 1000 * seconds;
  if (!canLock()) return undefined;
  // The holder removes the file when it releases the lock: then try the next file.
  for (let left = seconds; left > 0; left = (deadlineMs - performance.now()) / 1000) {
    const attempt = take(lock, (fd) => awaitLock(fd, left));
    if ("held" in attempt) return attempt.held;
  }
  return undefined;
}

/** Removes a lock's file, and releases the lock. */
export function releaseLockFile({ dir, name }: Pick<LockFile, "dir" | "name">, held: number): void {
  try {
    if (hasName(dir, name, held)) unlinkSync(at(dir, name));
  } catch {
    // A file that remains is not locked by anyone.
  } finally {
    closeSync(held);
  }
}

function take(lock: LockFile, lockOpen: (fd: number) => boolean): LockAttempt {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const fd = openValid(lock);
    if (fd === undefined) continue;
    let isTaken = false;
    try {
      if (!lockOpen(fd)) return { busy: fstatSync(fd) };
      isTaken = hasName(lock.dir, lock.name, fd);
      if (isTaken) return { held: fd };
    } finally {
      if (!isTaken) closeSync(fd);
    }
  }
  const why = `${lock.doing}: its lock file ${quoted(lock.name)} keeps changing`;
  throw new OperatorError("try_again", why, "run it again");
}

/** Opens the file, and creates it if absent; undefined if it was replaced meanwhile. */
function openValid(lock: LockFile): number | undefined {
  const { dir, name } = lock;
  const found = lstatSync(at(dir, name), { throwIfNoEntry: false });
  if (found === undefined) addGroupFile(dir, name);
  else if (whyUnusable(dir, found) !== undefined) remove(lock, whyUnusable(dir, found));
  const fd = openFile(at(dir, name));
  if (fd === undefined || whyUnusable(dir, fstatSync(fd)) === undefined) return fd;
  closeSync(fd);
  return undefined;
}

/** Opens a lock file for writing, which NFS requires, or if that is denied for reading. */
function openFile(path: string): number | undefined {
  for (const access of [O_RDWR, O_RDONLY])
    try {
      return openSync(path, access | O_NOFOLLOW | O_NONBLOCK);
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return undefined;
      if (errnoOf(error) !== "EACCES" || access === O_RDONLY) throw error;
    }
  return undefined;
}

/** Why a file cannot be used as the lock; undefined if it can. */
function whyUnusable(dir: number, file: Stats): string | undefined {
  const why = trustCheckIn(dir)(file);
  if (why !== undefined) return why;
  if (!file.isFile()) return `it is a ${fileTypeOf(file)}`;
  const parent = fstatSync(dir);
  const isShared = file.gid === parent.gid;
  const forbidden = ~(isShared ? groupMode(parent, 0o600) : 0o600) & 0o077;
  return (file.mode & forbidden) === 0
    ? undefined
    : "other users can open it, and block it forever";
}

function remove({ dir, name, doing, onRemoved }: LockFile, why = ""): void {
  try {
    unlinkSync(at(dir, name));
    onRemoved?.(`Removed the lock file ${quoted(name)}: ${why}`);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    const hint = "remove it as root, or use a directory that is not world-writable";
    const message = `${doing}: its lock file ${quoted(name)} cannot be used: ${why}`;
    throw new OperatorError("no_permission", message, hint, { cause: error });
  }
}

function hasName(dir: number, name: string, fd: number): boolean {
  const [named, open] = [tryLstat(dir, name), fstatSync(fd)];
  return named?.ino === open.ino && named.dev === open.dev;
}

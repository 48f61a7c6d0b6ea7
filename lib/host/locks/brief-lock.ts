/**
 * A lock for the moment of one read-modify-write: a file that only one process can create.
 *
 * flock(1) would cost a process each time. The kernel does not release this lock of a process that
 * was killed, so a lock that is older than any holder can be is removed; a waiter gives up soon, and
 * its change may then overwrite another one.
 *
 * @module
 */
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  openSync,
  renameSync,
  type Stats,
} from "node:fs";
import { errnoOf } from "../errno.ts";
import { removeQuietly, tryLstat } from "../files/atomic-file.ts";
import { at } from "../files/directory.ts";
import { temporaryPath } from "../files/temporary-path.ts";

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const WAIT_MS = 1000;
const POLL_MS = 5;
/** The longest that a living holder may take, even on a slow disk. */
const OLDEST_MS = 10_000;

/**
 * Creates the file `name` in the open directory `dir`, as soon as no other process has it. The result
 * removes it; undefined if it could not be created within a second.
 */
export async function awaitBriefLock(dir: number, name: string): Promise<(() => void) | undefined> {
  const path = at(dir, name);
  const clock = fileSystemClockOf(dir);
  for (const end = performance.now() + WAIT_MS; performance.now() < end; await Bun.sleep(POLL_MS)) {
    const taken = tryCreate(path);
    if (taken === "failed") return undefined;
    if (taken !== "exists") return () => release(dir, name, taken);
    const held = tryLstat(dir, name);
    if (held !== undefined && isAbandoned(held, clock) && !removeAbandoned(dir, name, clock))
      return undefined;
  }
  return undefined;
}

/** Removes the file, unless it was taken for abandoned and belongs to another process now. */
function release(dir: number, name: string, fd: number): void {
  if (tryLstat(dir, name)?.ino === fstatSync(fd).ino) removeQuietly(at(dir, name));
  closeSync(fd);
}

/** The file that this process created. While it is open, no other file can get its inode. */
function tryCreate(path: string): number | "exists" | "failed" {
  try {
    return openSync(path, CREATE, 0o600);
  } catch (error) {
    return errnoOf(error) === "EEXIST" ? "exists" : "failed";
  }
}

/** Returns the time by the clock of a file system, in milliseconds since 1970. */
type FileSystemClock = () => number;

/** A clock that was set, in either direction, must not make a lock last. */
const isOld = ({ mtimeMs }: Stats, now: number): boolean => Math.abs(now - mtimeMs) > OLDEST_MS;

/** A lock that looks old is also compared with the file system's clock: an NFS server has its own. */
const isAbandoned = (held: Stats, fileSystemClock: FileSystemClock): boolean =>
  isOld(held, Date.now()) && isOld(held, fileSystemClock());

/** The clock of a file system: the first call compares it with the clock of this host. */
function fileSystemClockOf(dir: number): FileSystemClock {
  let ahead: number | undefined;
  return () => Date.now() + (ahead ??= millisecondsAhead(dir));
}

/** How far the clock of a file system is ahead of this host; 0 if nothing can be written there. */
function millisecondsAhead(dir: number): number {
  const path = temporaryPath(dir);
  const fd = tryCreate(path);
  if (typeof fd === "string") return 0;
  const { mtimeMs } = fstatSync(fd);
  closeSync(fd);
  removeQuietly(path);
  return mtimeMs - Date.now();
}

/**
 * Removes the file, unless another waiter has replaced it meanwhile. False if this process may not
 * remove it.
 */
function removeAbandoned(dir: number, name: string, clock: FileSystemClock): boolean {
  const aside = `.${name}.${process.pid}`;
  try {
    renameSync(at(dir, name), at(dir, aside));
  } catch (error) {
    return errnoOf(error) === "ENOENT";
  }
  const moved = tryLstat(dir, aside);
  if (moved !== undefined && !isAbandoned(moved, clock)) linkQuietly(at(dir, aside), at(dir, name));
  removeQuietly(at(dir, aside));
  return true;
}

function linkQuietly(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    // Its holder has removed it, or a third process has the lock.
  }
}

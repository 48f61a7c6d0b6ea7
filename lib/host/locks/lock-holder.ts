/**
 * Finds the holders of a lock, as far as `/proc` shows them to this user.
 *
 * @module
 */
import { readdirSync, type Stats, statSync } from "node:fs";
import { readProcFile, userOf } from "../process.ts";

/** A process that holds the lock. */
export interface Holder {
  readonly pid: number;
  /** The real user, who started it; a setuid program may have another effective user. */
  readonly uid: number;
}

/**
 * The processes that hold a flock(2) on `file`; none if they are hidden. Not from `/proc/locks`,
 * which names the caller of flock(2): a flock(1) that has exited.
 */
export function holdersOf(file: Pick<Stats, "dev" | "ino">): Holder[] {
  const lock = new RegExp(`^lock:.* FLOCK .*:${file.ino} `, "m");
  return numbersIn("/proc")
    .filter((pid) => numbersIn(`/proc/${pid}/fdinfo`).some((fd) => hasLocked(pid, fd, lock, file)))
    .map((pid) => ({ pid, uid: userOf(pid) }))
    .filter((holder): holder is Holder => holder.uid !== undefined);
}

/** Describes a holder: `the process 12 of user 1000`, or `another process` if it is hidden. */
export const describeHolder = (holder: Holder | undefined): string =>
  holder === undefined ? "another process" : `the process ${holder.pid} of user ${holder.uid}`;

function hasLocked(
  pid: number,
  fd: number,
  lock: RegExp,
  { dev, ino }: Pick<Stats, "dev" | "ino">,
): boolean {
  // Inode numbers are unique only within a file system, so the device is compared too.
  if (!lock.test(readProcFile(pid, `fdinfo/${fd}`) ?? "")) return false;
  try {
    const open = statSync(`/proc/${pid}/fd/${fd}`);
    return open.dev === dev && open.ino === ino;
  } catch {
    return false;
  }
}

function numbersIn(path: string): number[] {
  try {
    return readdirSync(path)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

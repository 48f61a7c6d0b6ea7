/**
 * One supervise a root: whoever holds the lock on the root's own directory. The state
 * directory would not do, for two of them can share a root.
 *
 * @module
 */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
} from "node:fs";
import { quoted } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { tryLock } from "../host/flock.ts";

export interface Instance {
  /**
   * Makes sure that the lock is on the directory that is the root now: one that went and came
   * back is another.
   *
   * @throws {OperatorError} when the root is away, or another supervise holds it.
   */
  check(): void;
}

/**
 * Takes a root for this process.
 *
 * @throws {OperatorError} when there is no such root, or another supervise holds it.
 */
export function holdRoot(path: string): Instance {
  let fd = lockDirectory(path);
  return {
    check() {
      if (isSame(fd, path)) return;
      const next = lockDirectory(path);
      closeSync(fd);
      fd = next;
    },
  };
}

/** False also where it cannot be told: taking the lock then says why. */
function isSame(fd: number, path: string): boolean {
  try {
    const held = fstatSync(fd);
    const there = statSync(path);
    return there.dev === held.dev && there.ino === held.ino;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

function lockDirectory(path: string): number {
  const doing = `Cannot supervise ${quoted(path)}`;
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    throw systemFailure(error, doing, "no_input");
  }
  if (tryLock(fd, doing)) return fd;
  const { ino } = fstatSync(fd);
  closeSync(fd);
  const holder = holderOf(ino);
  throw new OperatorError(
    "try_again",
    `${doing}: ${holder === undefined ? "another process" : `the process ${holder}`} supervises it already`,
    "stop that one first; supervise --plan works beside it",
  );
}

/** The process that holds a lock on the directory `ino`; undefined where we may not see it. */
function holderOf(ino: number): string | undefined {
  const lock = new RegExp(`^lock:.* FLOCK .*:${ino} `, "m");
  return namesIn("/proc")
    .filter((name) => /^\d+$/.test(name))
    .find((pid) => namesIn(`/proc/${pid}/fdinfo`).some((fd) => lock.test(infoOf(pid, fd))));
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function infoOf(pid: string, fd: string): string {
  try {
    return readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8");
  } catch {
    return "";
  }
}

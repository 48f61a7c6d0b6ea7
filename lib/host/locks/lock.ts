/**
 * Locks on open files, and the table of all locks of the toolkit.
 *
 * flock(2) needs no write permission: a process that can open a file can lock it. So each lock has
 * its own file, which only users who may take the lock can open (lock-file.ts). The lock on the
 * root itself is only a hint, and its holder is checked.
 *
 * | lock | file | taken by | users who can open it | what it protects | how long a taker waits |
 * |---|---|---|---|---|---|
 * | job | `<heartbeat dir>/<job>.lock` | lib/run/run-lock.ts | users who may write there | one run of a job at a time | not at all; with `--lock=wait` until it is free, and prints the holder |
 * | record | `<heartbeat dir>/<job>.update` | lib/jobs/record-store.ts | one process: see brief-lock.ts | a job's record is read, and the next one written | 1 s, then continues without it |
 * | store | `<state>/roots/<root>/supervise.lock` | lib/supervise/store/root-lock.ts | the state's owner, root | one supervise per store | 0.5 s, for those that only look |
 * | store of a removed root | `<state>/roots/<root>/supervise.lock` | lib/supervise/cleanup/forget-roots.ts | the state's owner, root | no supervise uses a store that is deleted | not at all |
 * | root | the root itself | lib/supervise/store/root-lock.ts | users who may list the root | one supervise per root | 0.5 s, for those that only look; an unrelated account's lock is ignored |
 * | root and store, shared | the root itself, `supervise.lock` | lib/supervise/commands/running-daemon.ts | users who may list the root | an order creates no second store while a supervise runs | not at all; released at once |
 * | clone | `<state>/roots/<root>/proposals-cloning.lock` | lib/proposals/bridge/pass-lock.ts | the state's owner, root | one clone at a time | not at all |
 * | pass | `<state>/roots/<root>/proposals.lock` | lib/proposals/bridge/pass-lock.ts | the state's owner, root | one pass at a time changes issues and cells of a root | 2 s; after a clone 60 s |
 * | beat | `.lazarus-pit.beat.lock` beside heartbeat.json | lib/cell/heartbeat/heartbeat-lock.ts | the cell's owner, root | `heartbeat hook` reads the last beat and writes the next | 1 s, then continues without it |
 * | status | `.lazarus-pit.status.lock` beside mission.json | lib/cell/mission/status-lock.ts | the cell's owner, root | the mission's status and its line in the log | 2 s; a first beat not at all |
 *
 * To avoid deadlocks, a process that holds one lock and waits for another follows the order of this
 * table. "Not at all" means that a lock is tried once.
 *
 * @module
 */
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../../base/errors.ts";
import { errnoOf, systemFailure } from "../errno.ts";

/** The search path without PATH, as under `env -i`. */
const DEFAULT_PATH = "/usr/bin:/bin";

/** True if flock(1) is installed. */
export const canLock = (): boolean =>
  (process.env["PATH"] ?? DEFAULT_PATH)
    .split(":")
    .some((directory) => isProgram(join(directory, "flock")));

/** Not `Bun.which`: a gateway under Node accepts beats as well. */
function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The error for a host without flock(1). */
export const noFlockError = (doing: string, cause?: Error): OperatorError =>
  new OperatorError("unavailable", `${doing}: flock is not installed`, "install util-linux", {
    cause,
  });

/** The error for a flock(1) that does not start: it is absent, or this process may open no more files. */
const flockStartError = (doing: string, cause: Error): OperatorError =>
  errnoOf(cause) === "ENOENT"
    ? noFlockError(doing, cause)
    : systemFailure(cause, `${doing}: flock does not start`, "unavailable");

/** The error for a lock that flock(1) cannot take, such as on a file system without locks. */
const flockFailedError = (doing: string, status: number | null): OperatorError =>
  new OperatorError(
    "unavailable",
    `${doing}: flock ended with ${status ?? "a signal"}`,
    "check that this file system supports flock(2)",
  );

/**
 * Locks the open file `fd` until it is closed or this process exits. False if another process holds
 * the lock. A shared lock only conflicts with an exclusive one.
 *
 * Neither Bun nor Node offers flock(2), and bun:ffi is not available everywhere: see `loadLibc`. So
 * flock(1) locks the open file description that it inherits from this process, which keeps the lock.
 *
 * @throws {OperatorError} if the host has no working flock(1); its message starts with `doing`.
 */
export function tryLock(
  fd: number,
  doing: string,
  how: "exclusive" | "shared" = "exclusive",
): boolean {
  // Loaded on demand: most beats need no lock.
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  // No pipe: another process that holds it open would block this call.
  const { status, error } = spawnSync("flock", [how === "shared" ? "-s" : "-x", "-n", "3"], {
    stdio: ["ignore", "ignore", "ignore", fd],
  });
  if (error === undefined && status === 0) return true;
  // Exit code 1 means that the lock is held; higher codes are errors.
  if (error === undefined && status === 1) return false;
  throw error === undefined ? flockFailedError(doing, status) : flockStartError(doing, error);
}

/** Waits up to `seconds` for a lock on the open file `fd`; false if it was not acquired. */
export function awaitLock(fd: number, seconds: number): boolean {
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const { status, error } = spawnSync("flock", ["-w", seconds.toFixed(3), "3"], {
    stdio: ["ignore", "ignore", "ignore", fd],
    timeout: 1000 + 1000 * seconds,
    killSignal: "SIGKILL",
  });
  return error === undefined && status === 0;
}

/**
 * One supervise for each root, by two locks: see the table in lib/host/locks/lock.ts.
 *
 * Only accounts that may write to the store can take the lock in it. Two daemons with different
 * stores do not share that lock, so the root itself is locked as well. Any account that may list
 * the root can lock it, so a lock of an unrelated account is ignored.
 *
 * @module
 */
import { SETTING_ROWS } from "../../contract/setting-rows.ts";
import { closeSync, constants, fstatSync, openSync, type Stats, statSync } from "node:fs";
import { printable, quoted } from "../../base/printable.ts";
import { OperatorError } from "../../base/errors.ts";
import { queueStderr } from "../../host/stdio/async-stderr.ts";
import { withDirectory } from "../../host/files/directory.ts";
import { errnoOf, systemFailure } from "../../host/errno.ts";
import { awaitLock, tryLock } from "../../host/locks/lock.ts";
import { awaitLockFile, type LockFile, tryLockFile } from "../../host/locks/lock-file.ts";
import { describeHolder, holdersOf } from "../../host/locks/lock-holder.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";

/** The lock file in a store. */
export const STORE_LOCK = "supervise.lock";
/** How long to wait for a process that only looks whether a daemon runs: it holds a lock for a moment. */
const LOOK_SECONDS = 0.5;

export interface RootLock {
  /**
   * Makes sure that the lock is on the directory that is the root now: a root that was replaced
   * is locked anew. Retries a lock that an unrelated process held.
   *
   * @throws {OperatorError} when there is no such root, or another supervise holds it.
   */
  check(): void;
}

/**
 * Locks a root and its store, which exists, until this process ends.
 *
 * @throws {OperatorError} when there is no such root, or another supervise holds it.
 */
export function lockRoot(path: string, { stateDir, storeDir }: StorePaths): RootLock {
  const doing = `Cannot supervise ${quoted(path)}`;
  const request = { path, doing, stores: [stateDir, SETTING_ROWS.state_dir.default as string] };
  lockStore(storeDir, doing);
  let { fd, unrelated } = tryLockRoot(request);
  if (unrelated !== undefined)
    queueStderr(
      `supervise: ignoring the lock on ${quoted(path)} of ${printable(unrelated)}, which is not a supervise\n`,
    );
  return {
    check() {
      if (unrelated === undefined && isSameDirectory(fd, path)) return;
      const next = tryLockRoot(request);
      closeSync(fd);
      ({ fd, unrelated } = next);
    },
  };
}

interface LockRequest {
  readonly path: string;
  readonly doing: string;
  /** State directories, this daemon's and the default one: their owners may supervise the root too. */
  readonly stores: readonly string[];
}

/** Locks the store until this process ends. */
function lockStore(storeDir: string, doing: string): void {
  let busy: Stats | undefined;
  try {
    busy = withDirectory(storeDir, (dir) => lockUnlessBusy({ dir, name: STORE_LOCK, doing }));
  } catch (error) {
    throw systemFailure(error, doing, "io_error");
  }
  if (busy !== undefined) throw alreadySupervised(doing, holderOf(busy));
}

/** Takes a lock until this process ends; the stat of its file if another process keeps it. */
function lockUnlessBusy(lock: LockFile): Stats | undefined {
  const attempt = tryLockFile(lock);
  if ("held" in attempt || awaitLockFile(lock, LOOK_SECONDS) !== undefined) return undefined;
  return attempt.busy;
}

const holderOf = (file: Stats): string => {
  const [holder] = holdersOf(file);
  return holder === undefined ? "another process" : `process ${holder.pid}`;
};

/** False also when either directory cannot be read: locking the root then reports why. */
function isSameDirectory(fd: number, path: string): boolean {
  try {
    const locked = fstatSync(fd);
    const current = statSync(path);
    return current.dev === locked.dev && current.ino === locked.ino;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

/** Locks a root, or describes the unrelated process (`unrelated`) that has locked it. */
function tryLockRoot(request: LockRequest): { fd: number; unrelated: string | undefined } {
  const fd = openRootToLock(request);
  try {
    return {
      fd,
      unrelated: tryLock(fd, request.doing) ? undefined : lockUnlessUnrelated(fd, request),
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openRootToLock({ path, doing }: LockRequest): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    throw systemFailure(error, doing, "no_input");
  }
}

/**
 * Describes a holder of the lock whose account cannot be supervising the root. Locks the root if its
 * holder only looked at the lock.
 *
 * @throws {OperatorError} when the holder is another supervise, or could be one.
 */
function lockUnlessUnrelated(fd: number, request: LockRequest): string | undefined {
  const { path, doing, stores } = request;
  const trusted = [0, process.geteuid?.(), ...[path, ...stores].map(ownerAt)];
  const unrelated = holdersOf(fstatSync(fd)).find(({ uid }) => !trusted.includes(uid));
  if (unrelated !== undefined) return describeHolder(unrelated);
  if (awaitLock(fd, LOOK_SECONDS)) return undefined;
  const [holder] = holdersOf(fstatSync(fd));
  if (holder !== undefined) throw alreadySupervised(doing, `process ${holder.pid}`);
  throw new OperatorError(
    "try_again",
    `${doing}: it is locked by a process that this user cannot see, perhaps another supervise`,
    `find and stop that process as root: fuser -v ${quoted(path)}`,
  );
}

const ownerAt = (path: string): number | undefined =>
  statSync(path, { throwIfNoEntry: false })?.uid;

const alreadySupervised = (doing: string, holder: string): OperatorError =>
  new OperatorError(
    "try_again",
    `${doing}: ${holder} already supervises it`,
    "stop that process first; supervise --plan works while it runs",
  );

/**
 * Locks between passes on the same root; see the table of locks in lib/host/locks/lock.ts.
 *
 * @module
 */
import { closeSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "../../base/printable.ts";
import { OperatorError } from "../../base/errors.ts";
import { asOwnerOf } from "../../host/programs/privileges.ts";
import { withDirectory } from "../../host/files/directory.ts";
import { systemFailure } from "../../host/errno.ts";
import { tryLockFile } from "../../host/locks/lock-file.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";

/** The interval between attempts to lock. */
const RETRY_INTERVAL_MS = 50;

/**
 * A lock that the kernel releases when this process ends. It is not on the token's file, because
 * systemd gives each run its own copy, nor on the root, which supervise locks.
 */
export interface PassLock {
  /**
   * Waits for the lock, unless this process holds it already.
   *
   * @throws {OperatorError} when another process holds it for longer than `ms`.
   */
  acquire(ms: number): Promise<void>;
  /** True if this process holds the lock now; does not wait. */
  tryAcquire(): boolean;
  release(): void;
}

/** A lock on the file `name` in a root's store. `busy` is the message when it is held. */
export function createPassLock(state: StorePaths, name: string, busy: string): PassLock {
  let held: number | undefined;
  const tryAcquire = () => {
    held ??= tryLock(state, name);
    return held !== undefined;
  };
  return {
    tryAcquire,
    async acquire(ms) {
      for (const start = performance.now(); !tryAcquire(); await Bun.sleep(RETRY_INTERVAL_MS))
        if (performance.now() - start >= ms)
          throw new OperatorError("try_again", busy, "run it again later");
    },
    release() {
      if (held !== undefined) closeSync(held);
      held = undefined;
    },
  };
}

/** For a dry run, which needs no lock. */
export const NO_LOCK: PassLock = {
  acquire: async () => {},
  tryAcquire: () => true,
  release: () => {},
};

/** Locks the file; undefined if another process holds it. */
function tryLock({ stateDir, storeDir }: StorePaths, name: string): number | undefined {
  const path = join(storeDir, name);
  try {
    // The store has existed since the start of the pass. If it is gone, a lock in it is useless.
    return asOwnerOf(stateDir, () => {
      const doing = "Cannot lock the proposals";
      const result = withDirectory(storeDir, (dir) => tryLockFile({ dir, name, doing }));
      return "held" in result ? result.held : undefined;
    });
  } catch (error) {
    throw systemFailure(error, `Cannot lock ${quoted(path)}`, "cannot_create");
  }
}

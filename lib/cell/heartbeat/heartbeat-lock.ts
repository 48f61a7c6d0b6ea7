/**
 * A lock around read-modify-write of a cell's heartbeat: see the table of locks in
 * lib/host/locks/lock.ts.
 *
 * @module
 */
import { closeSync, constants, openSync } from "node:fs";
import { OperatorError } from "../../base/errors.ts";
import type { CellFacts } from "../../contract/facts.ts";
import { at, type Root, withParent } from "../../host/files/directory.ts";
import { errnoOf } from "../../host/errno.ts";
import { awaitLockFile, releaseLockFile } from "../../host/locks/lock-file.ts";

/** A holder that takes longer hangs or is hostile: then a beat that may lose a change is written. */
const WAIT_SECONDS = 1;
const NAME = ".lazarus-pit.beat.lock";

/**
 * Calls `use` while holding the lock on the cell's heartbeat, or without it if it cannot be taken.
 * The kernel releases the lock of a process that is killed; its file stays for the next holder.
 */
export function withHeartbeatLock<T>(root: Root, { id, heartbeat }: CellFacts, use: () => T): T {
  const dir = openParent(root, [id, ...heartbeat.path.split("/")]);
  if (dir === undefined) return use();
  const held = acquire(dir);
  try {
    return use();
  } finally {
    if (held !== undefined) releaseLockFile({ dir, name: NAME }, held);
    closeSync(dir);
  }
}

/** Opens the parent directory of the path `segments`; undefined where that fails. */
function openParent(root: Root, segments: readonly string[]): number | undefined {
  try {
    return withParent(root.fd, segments, (dir) =>
      openSync(at(dir, "."), constants.O_RDONLY | constants.O_DIRECTORY),
    );
  } catch {
    return undefined;
  }
}

function acquire(dir: number): number | undefined {
  try {
    return awaitLockFile({ dir, name: NAME, doing: "Cannot lock the heartbeat" }, WAIT_SECONDS);
  } catch (error) {
    if (!(error instanceof OperatorError) && errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

/**
 * Removes the stores of other roots that have been gone from this host for a long time.
 *
 * @module
 */
import { closeSync, lstatSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { quoted } from "../../base/printable.ts";
import { valueOf } from "../../contract/facts.ts";
import { MARKER_FILE } from "../../contract/store-marker.ts";
import { readMarker } from "../../host/files/store-marker.ts";
import { withDirectory } from "../../host/files/directory.ts";
import { errnoOf, systemFailure } from "../../host/errno.ts";
import { tryLockFile } from "../../host/locks/lock-file.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { missionsWithAttempts } from "../revive/attempt-store.ts";
import { mayForget } from "./forget-cell.ts";
import { STORE_LOCK } from "../store/root-lock.ts";
import { readHold } from "../orders/hold-store.ts";
import { missionsWithOrders } from "../orders/order-store.ts";

/** A store gets this prefix before it is removed, so that a later pass can finish the removal. */
const FORGOTTEN_PREFIX = ".forgotten-";

/** The stores of other roots, by name; `present` are those whose root may still exist. */
export function otherRoots(state: StorePaths): { known: string[]; present: Set<string> } {
  const all = dirname(state.storeDir);
  const known = readdirSync(all).filter((name) => join(all, name) !== state.storeDir);
  const isPresent = (name: string) =>
    !name.startsWith(FORGOTTEN_PREFIX) && !isRootGone(join(all, name));
  return { known, present: new Set(known.filter(isPresent)) };
}

/**
 * True when the root is absent and its parent directory is not empty: an empty parent may be the
 * mount point of a file system that is not mounted.
 */
function isRootGone(storeDir: string): boolean {
  const root = valueOf(readMarker(storeDir))?.root;
  if (root === undefined) return false;
  try {
    const exists = lstatSync(root, { throwIfNoEntry: false }) !== undefined;
    return !exists && readdirSync(dirname(root)).length > 0;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

/**
 * Removes the store of a root that has been gone for `goneSeconds`, unless a hold, an order, an
 * attempt or a record of an issue in it may still be needed. Returns whether it was removed.
 *
 * @throws {OperatorError} when it cannot be read or removed.
 */
export function forgetRoot(
  state: StorePaths,
  name: string,
  goneSeconds: number,
  clock: Clock,
): boolean {
  const all = dirname(state.storeDir);
  const storeDir = join(all, name);
  try {
    if (name.startsWith(FORGOTTEN_PREFIX)) {
      removeAll(storeDir);
      return true;
    }
    const forgotten = join(all, `${FORGOTTEN_PREFIX}${name}`);
    const other = { ...state, storeDir };
    const isMoved = whileUnused(storeDir, () => {
      if (isNeeded(other, goneSeconds, clock)) return false;
      renameSync(storeDir, forgotten);
      return true;
    });
    if (isMoved) removeAll(forgotten);
    return isMoved;
  } catch (error) {
    throw systemFailure(error, `Cannot remove ${quoted(storeDir)}`, "io_error");
  }
}

/**
 * Returns the result of `work`, run with the store in `storeDir` locked; false when another
 * supervise uses it, perhaps in a container in which its root still exists.
 */
function whileUnused(storeDir: string, work: () => boolean): boolean {
  return withDirectory(storeDir, (dir) => {
    const doing = `Cannot remove ${quoted(storeDir)}`;
    const lock = tryLockFile({ dir, name: STORE_LOCK, doing });
    if ("busy" in lock) return false;
    try {
      return work();
    } finally {
      closeSync(lock.held);
    }
  });
}

const removeAll = (path: string): void => rmSync(path, { recursive: true, force: true });

function isNeeded(other: StorePaths, goneSeconds: number, clock: Clock): boolean {
  if (readHold(other, clock.now()) !== null || hasRecords(join(other.storeDir, "proposals")))
    return true;
  const ids = new Set([...missionsWithOrders(other), ...missionsWithAttempts(other)]);
  return [...ids].some((id) => !mayForget(other, id, goneSeconds, clock));
}

/** Records of issues may be needed for as long as the tracker has the issues. */
function hasRecords(path: string): boolean {
  try {
    return readdirSync(path).some((name) => name !== MARKER_FILE);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}

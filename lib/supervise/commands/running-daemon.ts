/**
 * Refuses orders that the running supervise would not read: if its store is missing, an order
 * would create a second store, and have no effect.
 *
 * @module
 */
import { constants, fstatSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "../../base/printable.ts";
import { OperatorError } from "../../base/errors.ts";
import { openFile } from "../../host/files/descriptor.ts";
import { readMarker } from "../../host/files/store-marker.ts";
import { errnoOf, systemFailure } from "../../host/errno.ts";
import { tryLock } from "../../host/locks/lock.ts";
import { describeHolder, holdersOf } from "../../host/locks/lock-holder.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { STORE_LOCK } from "../store/root-lock.ts";

const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;

/**
 * Checks that an order does not create a second store beside a running supervise. Any process that
 * holds these locks counts as a daemon: a false refusal costs little, because without a store there is
 * little to order.
 *
 * @throws {OperatorError} if there is no store and the root is locked, or the lock cannot be read.
 */
export function checkDaemonReadsStore(state: StorePaths): void {
  const { storeDir, root } = state;
  if (readMarker(storeDir).outcome !== "absent") return;
  const doing = `Cannot give an order for ${quoted(root)}`;
  const holder = daemonOf(state, doing);
  if (holder === undefined) return;
  throw new OperatorError(
    "io_error",
    `${doing}: ${holder} supervises it, but there is no store at ${quoted(storeDir)}`,
    "restore that store, or give the state directory that the daemon uses with --state-dir; to start a new one, stop the daemon first",
  );
}

/**
 * The process that supervises a root; undefined if there is none. `doing` starts the message of errors.
 *
 * @throws {OperatorError} if a lock cannot be read.
 */
export const daemonOf = ({ root, storeDir }: StorePaths, doing: string): string | undefined =>
  holderOf(root, doing) ?? holderOf(join(storeDir, STORE_LOCK), doing);

/** The process that holds the lock on a path; undefined if it is not locked, or does not exist. */
function holderOf(path: string, doing: string): string | undefined {
  try {
    using file = openFile(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    if (tryLock(file.fd, doing, "shared")) return undefined;
    return describeHolder(holdersOf(fstatSync(file.fd))[0]);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error instanceof OperatorError ? error : systemFailure(error, doing, "io_error");
  }
}

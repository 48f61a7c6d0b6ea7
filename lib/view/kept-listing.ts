/**
 * The listing of a root, kept until the directory changes: sorting 100,000 names takes as long as
 * reading 3,000 cells.
 *
 * @module
 */
import { fstatSync } from "node:fs";
import { type Listing, listRoot, withReasons } from "../cell/listing.ts";
import type { Root } from "../host/files/directory.ts";

/** A file system that does not show every change in the times of a directory is listed this often. */
const MAX_KEPT_ROUNDS = 6;
/** The kernel's clock for files is coarse: two changes within this time may have the same one. */
const SETTLED_MS = 2000;

/** A listing, and whether it has the ids of the round before: never where another one was needed. */
export interface ListedRoot extends Listing {
  readonly isKept: boolean;
}

/** Lists a root; `isNeeded` if what is kept is known to be out of date. */
export type KeptListing = (root: Root, isNeeded?: boolean) => ListedRoot;

/**
 * Creates a function that lists a root, round after round.
 *
 * @throws {OperatorError} when the root cannot be listed.
 */
export function createKeptListing(stampOf = directoryStamp): KeptListing {
  let kept: Listing | undefined;
  let stamp: string | undefined;
  let rounds = 0;
  return (root, isNeeded = false) => {
    const now = stampOf(root);
    const isSame = stamp !== undefined && stamp === now && !isNeeded;
    if (kept !== undefined && isSame && ++rounds < MAX_KEPT_ROUNDS)
      return { ids: kept.ids, ignored: reasonsOf(root, kept), isKept: true };
    const listed = listRoot(root);
    // New texts of the same ids would be in memory beside those in the cells.
    const ids = kept !== undefined && areEqual(kept.ids, listed.ids) ? kept.ids : listed.ids;
    const isKept = ids === kept?.ids && !isNeeded;
    kept = { ...listed, ids };
    stamp = now;
    rounds = 0;
    return { ...kept, isKept };
  };
}

const areEqual = (before: readonly string[], now: readonly string[]): boolean =>
  before.length === now.length && before.every((id, at) => id === now[at]);

const reasonsOf = (root: Root, { ignored }: Listing): Listing["ignored"] =>
  withReasons(
    root,
    ignored.map(({ name }) => name),
  );

/** Changes with each new, removed or renamed entry; undefined if that was just now. */
function directoryStamp({ fd }: Root): string | undefined {
  const { dev, ino, mtimeNs, ctimeNs } = fstatSync(fd, { bigint: true });
  // A remote file system has its times from another clock, and may hide a change within this time.
  const isSettled = Math.abs(Date.now() - Number(ctimeNs / 1_000_000n)) > SETTLED_MS;
  return isSettled ? [dev, ino, mtimeNs, ctimeNs].join(":") : undefined;
}

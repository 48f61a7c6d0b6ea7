/**
 * The listing of a root, kept until the directory changes: sorting 100,000 names takes as long as
 * reading 3,000 cells.
 *
 * @module
 */
import { fstatSync } from "node:fs";
import { type Listing, listRoot } from "../cell/listing.ts";
import type { Root } from "../host/files/directory.ts";

/** A file system that does not show every change in the times of a directory is listed this often. */
const MAX_KEPT_ROUNDS = 6;
/** The kernel's clock for files is coarse: two changes within this time may have the same one. */
const SETTLED_MS = 2000;

/** A listing, and whether it is the same object as in the round before. */
export interface ListedRoot extends Listing {
  readonly isKept: boolean;
}

/**
 * Creates a function that lists a root, round after round.
 *
 * @throws {OperatorError} when the root cannot be listed.
 */
export function createKeptListing(): (root: Root) => ListedRoot {
  let kept: Listing | undefined;
  let stamp: string | undefined;
  let rounds = 0;
  return (root) => {
    const now = stampOf(root);
    if (kept !== undefined && stamp !== undefined && stamp === now && ++rounds < MAX_KEPT_ROUNDS)
      return { ...kept, isKept: true };
    kept = listRoot(root);
    // Why a name is ignored depends on more than the directory.
    stamp = kept.ignored.length === 0 ? now : undefined;
    rounds = 0;
    return { ...kept, isKept: false };
  };
}

/** Changes with each new, removed or renamed entry; undefined if that was just now. */
function stampOf({ fd }: Root): string | undefined {
  const { dev, ino, mtimeNs, ctimeNs } = fstatSync(fd, { bigint: true });
  // By the kernel's clock, which the times of files are from.
  const isSettled = Math.abs(Date.now() - Number(ctimeNs / 1_000_000n)) > SETTLED_MS;
  return isSettled ? [dev, ino, mtimeNs, ctimeNs].join(":") : undefined;
}

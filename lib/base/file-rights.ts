/**
 * Which users can change a file, by its owner and mode.
 *
 * @module
 */

/** Owner, group and mode of a file, a directory or a link, as stat(2) gives them. */
export interface Rights {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

const [TYPE, DIRECTORY, LINK] = [0o170000, 0o040000, 0o120000];
const [STICKY, BY_GROUP, BY_ALL] = [0o1000, 0o020, 0o002];

export const isLink = ({ mode }: Rights): boolean => (mode & TYPE) === LINK;

/**
 * True if a user outside `trusted` can write the file or, for a directory, replace other users'
 * files in it. Group write access is accepted for root's group and for a gid equal to the uid:
 * the private group of an account, where a umask of 002 makes all files group-writable.
 */
export function mayUntrustedWrite(rights: Rights, trusted: readonly number[]): boolean {
  const { uid, gid, mode } = rights;
  if (!trusted.includes(uid)) return true;
  // In a sticky directory only the owner of a file can replace it; a link is never written to.
  if (isLink(rights) || ((mode & TYPE) === DIRECTORY && (mode & STICKY) !== 0)) return false;
  return (mode & BY_ALL) !== 0 || ((mode & BY_GROUP) !== 0 && gid !== 0 && gid !== uid);
}

/** The uid shown for users that a user namespace does not map: the kernel's overflowuid. */
const OVERFLOW_UID = 65_534;

/**
 * The uids besides 0 that may stand for root in the user namespace of `uidMap`, the text of
 * /proc/self/uid_map. A single-user sandbox does not map root, so root's files appear to belong to
 * 65534, as do those of all unmapped users. Unmapped users are trusted there: otherwise none of
 * the host's files could be used.
 */
export function unmappedRoot(uidMap: string): number[] {
  const ranges = uidMap
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter((range): range is [number, number, number] => range.length === 3);
  const knowsRoot = ranges.some(([, outside]) => outside === 0);
  const isMapped = ranges.some(
    ([inside, , count]) => OVERFLOW_UID >= inside && OVERFLOW_UID < inside + count,
  );
  return ranges.length === 0 || knowsRoot || isMapped ? [] : [OVERFLOW_UID];
}

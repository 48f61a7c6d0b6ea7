/**
 * Stamps of files: they show whether a file has changed, without reading it.
 *
 * @module
 */
import { constants } from "node:fs";
import { AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, O_CLOEXEC, O_PATH, openHow } from "./libc.ts";
import type { QuickSyscalls } from "./quick-files.ts";

const { O_DIRECTORY, O_NOFOLLOW } = constants;
const DIRECTORY = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
const HOW_TO_FIND = openHow(O_PATH | O_NOFOLLOW | O_CLOEXEC);
const ENOENT = 2;

const stat = new Uint8Array(256);
const words = new Uint32Array(stat.buffer);
/** Where a `struct statx` has mode, inode, size, the times of both changes, and the device, in words. */
const FIELDS = [7, 8, 9, 10, 11, 24, 25, 26, 28, 29, 30, 34, 35];
const stamp = new Uint32Array(FIELDS.length);
const stampBytes = Buffer.from(stamp.buffer);
/** The same, in the units of its text. */
const stampUnits = new Uint16Array(stamp.buffer);

/** The stamp of a file that does not exist. */
const ABSENT = "absent";

/**
 * The stamp of the file at `path` below the open directory `dir`: it changes whenever the file is
 * replaced or written. No symlink is followed. Undefined after any failure but an absence.
 */
export function stampOf(calls: QuickSyscalls, dir: number, path: string): string | undefined {
  const isThere = fillStamp(calls, dir, path);
  if (!isThere) return calls.libc.errno() === ENOENT ? ABSENT : undefined;
  return stampBytes.toString("utf16le");
}

/** True if the file has the stamp `known`. Makes no text: of 100,000 files, that would be garbage each round. */
export function hasStamp(calls: QuickSyscalls, dir: number, path: string, known: string): boolean {
  if (!fillStamp(calls, dir, path)) return known === ABSENT && calls.libc.errno() === ENOENT;
  if (known.length !== stampUnits.length) return false;
  for (let at = 0; at < stampUnits.length; at++)
    if (stampUnits[at] !== known.charCodeAt(at)) return false;
  return true;
}

/** Looks at the file, and fills `stamp`; false if that failed, which `errno` tells. */
function fillStamp(calls: QuickSyscalls, dir: number, path: string): boolean {
  const isThere =
    calls.plan === "openat2" ? statBelow(calls, dir, path) : statByNames(calls, dir, path);
  if (isThere) for (let at = 0; at < FIELDS.length; at++) stamp[at] = words[FIELDS[at] ?? 0] ?? 0;
  return isThere;
}

function statBelow({ libc }: QuickSyscalls, dir: number, path: string): boolean {
  const fd = libc.openat2(dir, path, HOW_TO_FIND);
  if (fd < 0) return false;
  const isThere = libc.statx(fd, "", AT_EMPTY_PATH, stat) === 0;
  libc.close(fd);
  return isThere;
}

/** Opens each directory on the way in turn. close(2) succeeds, so errno stays that of the failure. */
function statByNames({ libc }: QuickSyscalls, dir: number, path: string): boolean {
  const names = path.split("/");
  const last = names.pop() ?? ".";
  let current = dir;
  for (const name of names) {
    const next = libc.openat(current, name, DIRECTORY);
    if (current !== dir) libc.close(current);
    if (next < 0) return false;
    current = next;
  }
  const isThere = libc.statx(current, last, AT_SYMLINK_NOFOLLOW, stat) === 0;
  if (current !== dir) libc.close(current);
  return isThere;
}

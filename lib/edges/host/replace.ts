/**
 * Files that others read while we write: made or replaced whole, and durable.
 *
 * @module
 */
import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  type Stats,
  unlinkSync,
} from "node:fs";
import { doubtIn } from "./belief.ts";
import { at, syncDirectory } from "./directory.ts";
import { errnoOf } from "./errno.ts";
import { writeAll } from "./write.ts";

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Replaces the file `name` in the open directory `dir`, so that a reader or a crash meets
 * the old text or the new one. A link or a FIFO in its place is replaced, never followed.
 * When root replaces a file, the new one goes to the old one's owner, or where there was
 * none to the owner of the directory. With `heir: "directory"` it always goes to the latter.
 * Where anyone may add files, what a stranger has put there is no reason to give it to him.
 *
 * @throws the system's error; then the old file is still there.
 */
export function replaceFile(
  dir: number,
  name: string,
  text: string,
  mode: number,
  heir: "file" | "directory" = "file",
): void {
  const old = heir === "file" ? ownerOf(dir, name) : undefined;
  const isStrangers = old !== undefined && doubtIn(dir)(old) !== undefined;
  const owner = isStrangers ? undefined : (old ?? ownerOf(dir, "."));
  withTemporary(dir, text, mode, owner, (temporary) => renameSync(temporary, at(dir, name)));
}

/**
 * Adds the file `name` to the open directory `dir`; what is there already stays as it is.
 * When root adds a file, it goes to the owner of the directory. False when it was there.
 */
export function addFile(dir: number, name: string, text: string, mode: number): boolean {
  try {
    withTemporary(dir, text, mode, ownerOf(dir, "."), (temporary) => {
      linkSync(temporary, at(dir, name));
      unlinkSync(temporary);
    });
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Creates the file `name` in the open directory `dir`, where no one else is at work. */
export function createFile(dir: number, name: string, text: string, mode: number): void {
  writeNew(at(dir, name), text, mode, undefined);
}

/** Gives the open file `fd` to `owner` where root made it; anyone else owns what he makes. */
export function giveTo(fd: number, owner: Stats | undefined): void {
  if (owner === undefined || process.geteuid?.() !== 0) return;
  const { uid, gid } = fstatSync(fd);
  if (uid !== owner.uid || gid !== owner.gid) fchownSync(fd, owner.uid, owner.gid);
}

/** Who owns `name` in `dir`; undefined where it cannot be seen. */
export function ownerOf(dir: number, name: string): Stats | undefined {
  try {
    return lstatSync(at(dir, name));
  } catch {
    return undefined;
  }
}

function withTemporary(
  dir: number,
  text: string,
  mode: number,
  owner: Stats | undefined,
  place: (temporary: string) => void,
): void {
  const temporary = at(dir, `.lazarus-pit.${process.pid}.${crypto.randomUUID()}.tmp`);
  try {
    writeNew(temporary, text, mode, owner);
    place(temporary);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
  syncDirectory(dir);
}

function writeNew(path: string, text: string, mode: number, owner: Stats | undefined): void {
  const fd = openSync(path, CREATE, mode);
  try {
    writeAll(fd, text);
    giveTo(fd, owner);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never made, or is already in its place; the first error is the one to report.
  }
}

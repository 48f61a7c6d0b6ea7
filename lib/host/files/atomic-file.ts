/**
 * Creates or replaces files atomically and durably, for concurrent readers.
 *
 * @module
 */
import {
  constants,
  fchmodSync,
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
import { closing } from "./descriptor.ts";
import { temporaryPath } from "./temporary-path.ts";
import { trustCheckIn } from "./trust.ts";
import { at, syncDirectory } from "./directory.ts";
import { errnoOf } from "../errno.ts";
import { type FileContent, writeAll } from "../stdio/write.ts";

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

interface NewFile {
  readonly text: FileContent;
  readonly mode: number;
  /** Ignores the umask. */
  readonly isExact: boolean;
  /** The file to take owner and group from, as far as permitted. */
  readonly owner: Stats | undefined;
  /** The file need not survive a power loss. */
  readonly skipsSync?: boolean;
}

/**
 * Replaces the file `name` in the open directory `dir`, so that readers and crashes find either
 * the old text or the new one. Replaces a symlink or FIFO, and never follows it. The new file gets
 * the old one's mode, group and, if root replaces it, owner; without an old file `mode`, reduced by
 * the umask, and the directory's owner. If this process may not set the group, the group that
 * the file has instead gets the rights of everyone. An untrusted user's file in a world-writable
 * directory is treated as absent, and its replacement stays with this process's user.
 *
 * @throws the system's error; the old file is then unchanged.
 */
export function replaceFile(dir: number, name: string, text: FileContent, mode: number): void {
  const found = tryLstat(dir, name);
  const isUntrusted = found !== undefined && trustCheckIn(dir)(found) !== undefined;
  const old = isUntrusted ? undefined : found;
  const owner = isUntrusted ? undefined : (old ?? tryLstat(dir, "."));
  const oldMode = old?.isFile() === true ? old.mode & 0o777 : undefined;
  placeFile(dir, name, { text, mode: oldMode ?? mode, isExact: oldMode !== undefined, owner });
}

/** Creates or replaces the file `name`, durably. */
export function placeFile(dir: number, name: string, file: NewFile): void {
  withTemporary(dir, file, (temporary) => renameSync(temporary, at(dir, name)));
  syncDirectory(dir);
}

/**
 * Creates the file `name` in the open directory `dir`, durably; false if it exists. If
 * root creates it, it gets the directory's owner.
 */
export function addFile(dir: number, name: string, text: string, mode: number): boolean {
  const isNew = linkFile(dir, name, { text, mode, isExact: false, owner: tryLstat(dir, ".") });
  if (isNew) syncDirectory(dir);
  return isNew;
}

/** Creates the file `name`; false if it exists. Its name is not durable yet. */
export function linkFile(dir: number, name: string, file: NewFile): boolean {
  try {
    withTemporary(dir, file, (temporary) => {
      linkSync(temporary, at(dir, name));
      unlinkSync(temporary);
    });
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Creates the file `name` in the open directory `dir`, without concurrent writers. */
export function createFile(dir: number, name: string, text: string, mode: number): void {
  writeNew(at(dir, name), { text, mode, isExact: false, owner: undefined });
}

/** As root, gives the open file `fd` to the owner and group of `owner`; otherwise does nothing. */
export function chownTo(fd: number, owner: Stats | undefined): void {
  if (owner === undefined || process.geteuid?.() !== 0) return;
  const { uid, gid } = fstatSync(fd);
  if (uid !== owner.uid || gid !== owner.gid) fchownSync(fd, owner.uid, owner.gid);
}

/** The lstat(2) of `name` in `dir`; undefined after any error. */
export function tryLstat(dir: number, name: string): Stats | undefined {
  try {
    return lstatSync(at(dir, name));
  } catch {
    return undefined;
  }
}

function withTemporary(dir: number, file: NewFile, publish: (temporary: string) => void): void {
  const temporary = temporaryPath(dir);
  try {
    writeNew(temporary, file);
    publish(temporary);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
}

function writeNew(path: string, { text, mode, isExact, owner, skipsSync }: NewFile): void {
  using file = closing(openSync(path, CREATE, mode));
  writeAll(file.fd, text);
  chownTo(file.fd, owner);
  // After the owner: the mode must not open the file to its temporary group.
  if (isExact) setGroupAndMode(file.fd, mode, owner);
  if (skipsSync !== true) fsyncSync(file.fd);
}

/** Sets a file's group, and its mode regardless of the umask. */
function setGroupAndMode(fd: number, mode: number, owner: Stats | undefined): void {
  const { uid, gid, mode: current } = fstatSync(fd);
  const isSet = owner === undefined || gid === owner.gid || tryChgrp(fd, uid, owner.gid);
  const wanted = isSet ? mode : forOtherGroup(mode);
  if ((current & 0o777) !== wanted) fchmodSync(fd, wanted);
}

/** The group's rights were meant for another group: this one gets those of everyone. */
const forOtherGroup = (mode: number): number => (mode & 0o707) | ((mode & 0o007) << 3);

/** Changes a file's group; false if this process is not in it. */
function tryChgrp(fd: number, uid: number, gid: number): boolean {
  try {
    fchownSync(fd, uid, gid);
    return true;
  } catch (error) {
    if (errnoOf(error) !== "EPERM") throw error;
    return false;
  }
}

/** Removes a file, and ignores every failure: it was never created, or is already gone. */
export function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // An error that led here is the one to report.
  }
}

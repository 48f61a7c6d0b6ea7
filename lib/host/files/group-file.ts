/**
 * Files in a directory that a group shares, such as the heartbeat directory of all jobs: every
 * member can read or lock the files of the others, whatever the umask.
 *
 * @module
 */
import { constants, fstatSync, fsyncSync, ftruncateSync, type Stats } from "node:fs";
import { FILE_LIMIT } from "../../contract/cell.ts";
import { trustCheckIn } from "./trust.ts";
import { type Descriptor, openFile } from "./descriptor.ts";
import { at } from "./directory.ts";
import { errnoOf } from "../errno.ts";
import { linkFile, tryLstat, placeFile, replaceFile } from "./atomic-file.ts";
import { writeAll } from "../stdio/write.ts";

const REWRITE = constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const STICKY = 0o1000;

/** True if the group may write, but not everyone. */
const isShared = ({ mode }: Stats): boolean => (mode & 0o022) === 0o020;

/** `mode`, with the owner's rights also for the group if the directory is shared. */
export const groupMode = (dir: Stats, mode: number): number =>
  isShared(dir) ? mode | ((mode & 0o600) >> 3) : mode;

/**
 * Creates an empty file in the open directory `dir` for the users who may write there; in a
 * world-writable one, for this user. Does nothing if it exists. It need not survive a power loss.
 */
export function addGroupFile(dir: number, name: string): void {
  const parent = fstatSync(dir);
  const isWorldWritable = (parent.mode & 0o002) !== 0;
  const owner = isWorldWritable ? undefined : parent;
  const mode = groupMode(parent, 0o600);
  linkFile(dir, name, { text: "", mode, isExact: true, skipsSync: true, owner });
}

/**
 * Like `replaceFile`, but in a shared directory the whole group can read the new file, and every
 * member can replace a file that root created.
 *
 * @throws the system's error; the old file is then unchanged.
 */
export function replaceGroupFile(dir: number, name: string, text: string, mode: number): void {
  const parent = fstatSync(dir);
  if (!isShared(parent)) return replaceFile(dir, name, text, mode);
  const found = tryLstat(dir, name);
  const old = found?.isFile() === true ? found : undefined;
  const isNewByRoot = old === undefined && process.geteuid?.() === 0;
  const newMode = isNewByRoot ? groupMode(parent, mode) : mode;
  // A file of another group keeps that group, which gets no rights meant for the directory's group.
  const added = old === undefined || old.gid === parent.gid ? newMode : newMode & 0o707;
  const file = { text, mode: ((old?.mode ?? 0) & 0o777) | added, isExact: true };
  try {
    placeFile(dir, name, { ...file, owner: old ?? parent });
  } catch (error) {
    const isSticky = errnoOf(error) === "EPERM" && (parent.mode & STICKY) !== 0;
    if (!isSticky || !rewrite(dir, name, text)) throw error;
  }
}

/**
 * Overwrites a file that a sticky directory does not allow to replace; false if its mode does not
 * allow that either. Blanks cover the rest of a longer old text, so that a single write suffices:
 * only a concurrent reader, or a power loss, can see a mixture of both.
 */
function rewrite(dir: number, name: string, text: string): boolean {
  using file = tryOpen(at(dir, name));
  if (file === undefined) return false;
  const old = fstatSync(file.fd);
  if (!old.isFile() || old.nlink !== 1 || trustCheckIn(dir)(old) !== undefined) return false;
  const excess = Math.min(old.size, FILE_LIMIT) - Buffer.byteLength(text);
  const padded = text + " ".repeat(Math.max(0, excess));
  writeAll(file.fd, padded);
  ftruncateSync(file.fd, Buffer.byteLength(padded));
  fsyncSync(file.fd);
  return true;
}

function tryOpen(path: string): Descriptor | undefined {
  try {
    return openFile(path, REWRITE);
  } catch {
    return undefined;
  }
}

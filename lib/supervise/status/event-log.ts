/**
 * `events.ndjson`: the event log, one JSON object per line, newest last.
 *
 * @module
 */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  statSync,
} from "node:fs";
import { basename, join } from "node:path";
import { printableJson, quoted } from "../../base/printable.ts";
import { FILE_MODE } from "../../contract/cell.ts";
import type { Event } from "../../contract/event.ts";
import { at, withDirectory } from "../../host/files/directory.ts";
import { errnoOf, systemFailure } from "../../host/errno.ts";
import { chownTo, tryLstat } from "../../host/files/atomic-file.ts";
import { writeAll } from "../../host/stdio/write.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";

/** A file of this size is rotated before the next event. */
const ROTATE_BYTES = 4 * 1024 * 1024;
/** The number of rotated files to keep. */
export const ROTATED_FILES = 4;

/** The path of a log file; age 0 is the current one. */
export const eventLogFile = ({ storeDir }: StorePaths, age: number): string =>
  join(storeDir, age === 0 ? "events.ndjson" : `events.ndjson.${age}`);

/**
 * Appends events, and syncs them to disk. A file that root creates for them goes to the owner of the
 * directory.
 *
 * @throws {OperatorError} when they cannot be written.
 */
export function appendEvents(state: StorePaths, events: readonly Event[]): void {
  if (events.length === 0) return;
  const path = eventLogFile(state, 0);
  const text = events.map((event) => `${printableJson(event)}\n`).join("");
  try {
    rotate(state);
    withDirectory(state.storeDir, (dir) => append(dir, basename(path), text));
  } catch (error) {
    throw systemFailure(error, `Cannot append to ${quoted(path)}`, "io_error");
  }
}

function append(dir: number, name: string, text: string): void {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  const fd = openSync(at(dir, name), O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, FILE_MODE);
  try {
    const { size, nlink } = fstatSync(fd);
    // A file with another hard link may belong to anyone.
    if (size === 0 && nlink === 1) chownTo(fd, tryLstat(dir, "."));
    writeAll(fd, lineEndAfter(fd, size) + text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function rotate(state: StorePaths): void {
  if (sizeOf(eventLogFile(state, 0)) < ROTATE_BYTES) return;
  for (let age = ROTATED_FILES; age > 0; age--)
    renameIfPresent(eventLogFile(state, age - 1), eventLogFile(state, age));
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** A line end when the last line is cut off, as by a full disk, so that the next event stays readable. */
function lineEndAfter(fd: number, size: number): string {
  const last = Buffer.alloc(1);
  return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a ? "\n" : "";
}

function renameIfPresent(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}

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
  readFileSync,
  readSync,
  renameSync,
  statSync,
} from "node:fs";
import { basename, join } from "node:path";
import { parseContract } from "../../contract/parse.ts";
import { printableJson, quoted } from "../../base/printable.ts";
import { FILE_MODE } from "../../contract/cell.ts";
import { Event } from "../../contract/event.ts";
import { at, withDirectory } from "../../host/files/directory.ts";
import { errnoOf, systemFailure } from "../../host/errno.ts";
import { chownTo, tryLstat } from "../../host/files/atomic-file.ts";
import { readStart } from "../../host/files/read-start.ts";
import { writeAll } from "../../host/stdio/write.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";

/** A file of this size is rotated before the next event. */
const ROTATE_BYTES = 4 * 1024 * 1024;
/** The number of rotated files to keep. */
const ROTATED_FILES = 4;
/** More than the longest event, and enough to tell one file from another. */
const START_BYTES = 64 * 1024;

/** The path of a log file; age 0 is the current one. */
const fileOf = ({ storeDir }: StorePaths, age: number): string =>
  join(storeDir, age === 0 ? "events.ndjson" : `events.ndjson.${age}`);

/**
 * Appends events, and syncs them to disk. A file that root creates for them goes to the owner of the
 * directory.
 *
 * @throws {OperatorError} when they cannot be written.
 */
export function appendEvents(state: StorePaths, events: readonly Event[]): void {
  if (events.length === 0) return;
  const path = fileOf(state, 0);
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

/** The events of one cell, oldest first; lines that are not events are skipped. */
export const eventsAbout = (state: StorePaths, id: string): Event[] =>
  Array.from({ length: ROTATED_FILES + 1 }, (_, index) =>
    fileOf(state, ROTATED_FILES - index),
  ).flatMap((path) => eventsIn(textOf(path), id));

const eventsIn = (text: string, id: string): Event[] =>
  text
    .split("\n")
    .filter((line) => line.includes(id))
    .flatMap(parseEvent)
    .filter(({ mission_id }) => mission_id === id);

/**
 * The last `limit` events of one cell that `isWanted`, oldest first. Reads the newest file first, and
 * no older one once there are enough.
 */
export function lastEventsAbout(
  state: StorePaths,
  id: string,
  limit: number,
  isWanted: (event: Event) => boolean,
): Event[] {
  let found: Event[] = [];
  const read = new Set<string>();
  for (let age = 0; age <= ROTATED_FILES && found.length < limit; age++) {
    const text = textOf(fileOf(state, age));
    // A rotation meanwhile gives a file that was read the name of the next one.
    const start = text.slice(0, START_BYTES);
    if (read.has(start)) continue;
    read.add(start);
    found = [...eventsIn(text, id).filter(isWanted), ...found];
  }
  return found.slice(-limit);
}

/** When the oldest event was logged, if older ones may have been removed; undefined if all are there. */
export function logStart(state: StorePaths): string | undefined {
  const oldest = basename(fileOf(state, ROTATED_FILES));
  try {
    const start = withDirectory(state.storeDir, (dir) => readStart(dir, oldest, START_BYTES)) ?? "";
    return parseEvent(start.split("\n", 1)[0] ?? "")[0]?.at;
  } catch (error) {
    throw systemFailure(error, `Cannot read ${quoted(state.storeDir)}`, "io_error");
  }
}

function rotate(state: StorePaths): void {
  if (sizeOf(fileOf(state, 0)) < ROTATE_BYTES) return;
  for (let age = ROTATED_FILES; age > 0; age--)
    renameIfPresent(fileOf(state, age - 1), fileOf(state, age));
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

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return "";
    throw systemFailure(error, `Cannot read ${quoted(path)}`, "io_error");
  }
}

function parseEvent(line: string): Event[] {
  const event = parseContract(line, Event);
  return event.outcome === "read" ? [event.value] : [];
}

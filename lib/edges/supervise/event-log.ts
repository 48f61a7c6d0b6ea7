/**
 * `events.ndjson`: what happened, one JSON object a line, the newest last.
 *
 * @module
 */
import {
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { printableJson, quoted } from "../../rules/printable.ts";
import { FILE_MODE } from "../../schemas/cell.ts";
import { Event } from "../../schemas/event.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { writeAll } from "../host/write.ts";
import type { Store } from "./store.ts";

/** A file that has grown to so many bytes is put aside; so many of those are kept. */
const LARGEST = 4 * 1024 * 1024;
const OLDER = 4;

const fileOf = ({ folder }: Store, age: number): string =>
  join(folder, age === 0 ? "events.ndjson" : `events.ndjson.${age}`);

/**
 * Appends events, and waits until they are on the disk.
 *
 * @throws {OperatorError} when they cannot be written.
 */
export function appendEvents(store: Store, events: readonly Event[]): void {
  if (events.length === 0) return;
  const path = fileOf(store, 0);
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  try {
    rotate(store);
    const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, FILE_MODE);
    try {
      writeAll(fd, startOf(path) + events.map((event) => `${printableJson(event)}\n`).join(""));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw systemFailure(error, `Cannot append to ${quoted(path)}`, "io_error");
  }
}

/** The events about one cell, oldest first; lines that are none are left out. */
export const eventsAbout = (store: Store, id: string): Event[] =>
  Array.from({ length: OLDER + 1 }, (_, at) => fileOf(store, OLDER - at))
    .flatMap((path) => textOf(path).split("\n"))
    .filter((line) => line.includes(id))
    .flatMap(eventIn)
    .filter(({ mission_id }) => mission_id === id);

function rotate(store: Store): void {
  if (sizeOf(fileOf(store, 0)) < LARGEST) return;
  for (let age = OLDER; age > 0; age--)
    renameWhereThere(fileOf(store, age - 1), fileOf(store, age));
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** A line that was torn by a full disk must not take the next one with it. */
function startOf(path: string): string {
  const size = sizeOf(path);
  const fd = openSync(path, constants.O_RDONLY);
  try {
    const last = Buffer.alloc(1);
    return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a ? "\n" : "";
  } finally {
    closeSync(fd);
  }
}

function renameWhereThere(from: string, to: string): void {
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

function eventIn(line: string): Event[] {
  try {
    const parsed = v.safeParse(Event, JSON.parse(line));
    return parsed.success ? [parsed.output] : [];
  } catch {
    return [];
  }
}

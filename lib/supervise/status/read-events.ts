/**
 * Reads the event log.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { quoted } from "../../base/printable.ts";
import { Event } from "../../contract/event.ts";
import { parseContract } from "../../contract/parse.ts";
import { errnoOf, systemFailure } from "../../host/errno.ts";
import { withDirectory } from "../../host/files/directory.ts";
import { readStart } from "../../host/files/read-start.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { eventLogFile, ROTATED_FILES } from "./event-log.ts";

/** More than the longest event, and enough to tell one file from another. */
const START_BYTES = 64 * 1024;

/** The events of one cell, oldest first; lines that are not events are skipped. */
export const eventsAbout = (state: StorePaths, id: string): Event[] =>
  lastEventsAbout(state, id, Infinity, () => true);

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
  for (const text of logTexts(state)) {
    found = [...eventsIn(text, id).filter(isWanted), ...found];
    if (found.length >= limit) break;
  }
  return found.slice(-limit);
}

const eventsIn = (text: string, id: string): Event[] =>
  text
    .split("\n")
    .filter((line) => line.includes(id))
    .flatMap(parseEvent)
    .filter(({ mission_id }) => mission_id === id);

/** Those of `ids` whose events are in the log; reads it once, the newest file first. */
export function loggedIds(state: StorePaths, ids: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set<string>();
  if (ids.size === 0) return found;
  for (const text of logTexts(state)) {
    for (const [, id = ""] of text.matchAll(/"id":"([^"\\]*)"/g)) if (ids.has(id)) found.add(id);
    if (found.size === ids.size) break;
  }
  return found;
}

/**
 * The events of all cells since `since`, in the order of the log. That is not always the order of their
 * times: one that waited is logged later than it happened, and a clock may be set back.
 */
export function eventsSince(state: StorePaths, since: string): Event[] {
  let found: Event[] = [];
  for (const text of logTexts(state)) {
    const events = text.split("\n").flatMap(parseEvent);
    found = [...events.filter(({ at }) => at >= since), ...found];
    const [first] = events;
    if (first !== undefined && first.at < since) break;
  }
  return found;
}

/**
 * The text of each file of the log, the newest first. A rotation meanwhile gives a file that was read the
 * name of the next one, which is then skipped; from the oldest file on, it would be missed instead.
 */
function* logTexts(state: StorePaths): Generator<string, void, undefined> {
  const read = new Set<string>();
  for (let age = 0; age <= ROTATED_FILES; age++) {
    const text = textOf(eventLogFile(state, age));
    const start = text.slice(0, START_BYTES);
    if (!read.has(start)) yield text;
    read.add(start);
  }
}

/** When the oldest event was logged, if older ones may have been removed; undefined if all are there. */
export function logStart(state: StorePaths): string | undefined {
  const oldest = basename(eventLogFile(state, ROTATED_FILES));
  try {
    const start = withDirectory(state.storeDir, (dir) => readStart(dir, oldest, START_BYTES)) ?? "";
    return parseEvent(start.split("\n", 1)[0] ?? "")[0]?.at;
  } catch (error) {
    throw systemFailure(error, `Cannot read ${quoted(state.storeDir)}`, "io_error");
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

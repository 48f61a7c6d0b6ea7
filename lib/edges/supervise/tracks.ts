/**
 * What is remembered of each cell's status, across rounds and restarts.
 *
 * @module
 */
import { join } from "node:path";
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { type Noticed, type Track, track, trackOf } from "../../rules/debounce.ts";
import { quoted } from "../../rules/printable.ts";
import type { Event } from "../../schemas/event.ts";
import { type Report, type ReportCell, Status } from "../../schemas/report.ts";
import type { Settings } from "../../schemas/settings.ts";
import { parseTimestamp, Timestamp } from "../../schemas/time.ts";
import { errnoOf } from "../host/errno.ts";
import { tell } from "../host/stdout.ts";
import { type Store, writeState } from "./store.ts";

/** A cell's track, and since when its status counts; null when that was before anyone looked. */
type Kept = Track & { readonly since: string | null };

const Memory = v.object({
  schema_version: v.literal(1),
  /** The number of the last look that changed anything. */
  look: v.number(),
  cells: v.record(
    v.string(),
    v.object({
      status: v.nullable(Status),
      seen: v.nullable(Status),
      turnedAt: v.number(),
      heat: v.number(),
      isFlapping: v.boolean(),
      since: v.nullable(Timestamp),
    }),
  ),
});

export interface Tracks {
  /** The status of a cell that so many looks agree on; null for one that nobody knows. */
  counted(id: string): Status | null;
  /** Takes a report into account, and gives the events that it makes. */
  take(report: Report, settings: Settings): Event[];
  /**
   * Writes what is remembered, where it changed.
   *
   * @throws {OperatorError} when it cannot be written.
   */
  keep(): void;
}

const pathOf = ({ folder }: Store): string => join(folder, "memory.json");

/** Takes up what was remembered of a root; a memory that is broken is told of and left. */
export function openTracks(store: Store): Tracks {
  const { kept, look: lastLook } = readMemory(pathOf(store));
  let look = lastLook;
  let isChanged = false;

  function takeOne(id: string, cell: ReportCell | undefined, report: Report, settings: Settings) {
    const before = kept.get(id) ?? { ...trackOf(null), since: null };
    const { track: after, noticed } = track(before, cell?.status ?? null, look, settings);
    const isNew = after.status !== before.status;
    if (after !== before) {
      isChanged = true;
      kept.set(id, { ...after, since: isNew ? report.generated_at : before.since });
    }
    if (cell === undefined && after.status === null) kept.delete(id);
    return noticed === undefined ? [] : [eventOf(noticed, id, cell, before, report)];
  }

  return {
    counted: (id) => kept.get(id)?.status ?? null,
    take(report, settings) {
      look += 1;
      const cells = new Map(report.cells.map((cell) => [cell.mission_id, cell]));
      const ids = new Set([...cells.keys(), ...kept.keys()]);
      const events = [...ids].flatMap((id) => takeOne(id, cells.get(id), report, settings));
      // That a new cell is well is no news.
      return events.filter(({ from, to }) => !(from === null && to === "healthy"));
    },
    keep() {
      if (!isChanged) return;
      const memory = { schema_version: 1, look, cells: Object.fromEntries(kept) };
      writeState(pathOf(store), `${JSON.stringify(memory)}\n`);
      isChanged = false;
    },
  };
}

function eventOf(
  noticed: Exclude<Noticed, undefined>,
  id: string,
  cell: ReportCell | undefined,
  before: Kept,
  { generated_at: at }: Report,
): Event {
  return {
    schema_version: 1,
    at,
    event: noticed,
    mission_id: id,
    title: cell?.title ?? null,
    from: before.status,
    to: cell?.status ?? null,
    problems: cell?.problems ?? [],
    lasted_seconds: secondsBetween(before.since, at),
  };
}

/** Null where it is not known; a clock that was set back makes it 0. */
function secondsBetween(since: string | null, at: string): number | null {
  const [from, to] = [parseTimestamp(since ?? ""), parseTimestamp(at)];
  return from === undefined || to === undefined ? null : Math.max(0, (to - from) / 1000);
}

function readMemory(path: string): { kept: Map<string, Kept>; look: number } {
  try {
    const { cells, look } = v.parse(Memory, JSON.parse(readFileSync(path, "utf8")));
    return { kept: new Map(Object.entries(cells)), look };
  } catch (error) {
    if (errnoOf(error) !== "ENOENT")
      tell(`supervise: cannot use ${quoted(path)}: what it remembered of the cells is lost\n`);
    return { kept: new Map(), look: 0 };
  }
}

/**
 * The verdicts of a root's cells, kept between rounds: a round reads a cell only when its heartbeat
 * file, its process or the time may have changed its verdict, and each cell in full every few rounds.
 *
 * @module
 */
import { fstatSync } from "node:fs";
import { edenGC } from "bun:jsc";
import type { Clock } from "../base/clock.ts";
import type { Ignored } from "../contract/ignored.ts";
import type { ReportCell } from "../contract/report.ts";
import { LIMIT_SETTINGS } from "../contract/setting-rows.ts";
import type { Limits } from "../contract/settings.ts";
import type { Root } from "../host/files/directory.ts";
import { createKeptListing, type ListedRoot } from "./kept-listing.ts";
import {
  isCellUnchanged,
  type KnownCell,
  observeInFull,
  type ViewLimits,
} from "./observed-cell.ts";

/** Each cell is read in full at least once in this many rounds, and in each round an equal part of them. */
const MAX_TURNS = 6;
/** Where these would be more cells in a round, it takes more rounds, but no more than that. */
const [MOST_READS, MOST_TURNS] = [4000, 24];
/** After how many full reads young garbage is collected: left to itself, it takes more memory than the cells. */
const YOUNG_READS = 500;
/** A wall clock that deviates by more from the time since boot was set, or the host was suspended. */
const STEP_MS = 1000;

/** The cells as of one round. */
export interface ViewUpdate {
  /** By mission id, sorted. All ages are as of `now`. */
  readonly cells: ReadonlyMap<string, KnownCell>;
  readonly ignored: readonly Ignored[];
  readonly now: Date;
}

export interface CellView {
  /**
   * Brings the cells up to date. The entry of an unchanged cell stays the same object, with a new age:
   * readers find what changed by `pairCells`.
   *
   * @throws {OperatorError} when the root cannot be listed.
   */
  update(root: Root, limits: ViewLimits): ViewUpdate;
  /** Reads one cell in full, and leaves the view as it is. */
  read(root: Root, id: string, limits: ViewLimits): KnownCell;
}

/** What all verdicts depend on: if it changes, every cell is read in full. */
interface Premises {
  readonly limits: Limits;
  readonly root: string;
  /** The wall clock at boot, in milliseconds since 1970. */
  readonly bootMs: number;
}

/** Creates a view without cells. Each round reads at least `leastReads` cells in full, or all there are. */
export function createCellView(clock: Clock, leastReads = 0, list = createKeptListing()): CellView {
  let cells = new Map<string, KnownCell>();
  let premises: Premises | undefined;
  let rounds = 0;
  let added = 0;
  let reads = 0;

  function read(root: Root, id: string, limits: ViewLimits): KnownCell {
    const before = cells.get(id);
    return observeInFull({ root, limits, clock }, id, before?.number ?? added, before);
  }

  /** Reads a cell; if it is as before but for its age, its entry in the report stays the same object. */
  function readAgain(root: Root, id: string, limits: ViewLimits): KnownCell {
    const before = cells.get(id);
    if (++reads % YOUNG_READS === 0) edenGC();
    const known = read(root, id, limits);
    if (before === undefined) added += 1;
    else if (isSameButAge(before.cell, known.cell)) known.cell = before.cell;
    return known;
  }

  function updateBy(
    { ids, ignored, isKept: isSameList }: ListedRoot,
    root: Root,
    limits: ViewLimits,
  ): ViewUpdate {
    const now = clock.now();
    const current = premisesOf(root, limits, clock);
    const isFull = premises === undefined || !areSame(premises, current);
    const turns = turnsFor(cells.size, leastReads);
    const next = isSameList ? cells : new Map<string, KnownCell>();
    for (const id of ids) {
      const before = cells.get(id);
      const isKept =
        before !== undefined &&
        !isFull &&
        before.number % turns !== rounds % turns &&
        isCellUnchanged(root, id, before, now.getTime());
      const viewed = isKept ? before : readAgain(root, id, limits);
      if (isSameList && isVanished(viewed)) return updateBy(list(root, true), root, limits);
      setAge(viewed, now);
      if (!isSameList || !isKept) next.set(id, viewed);
    }
    cells = next;
    premises = current;
    rounds += 1;
    return { cells, ignored, now };
  }

  return { update: (root, limits) => updateBy(list(root), root, limits), read };
}

/** True for a cell that was removed: then a listing that has it is out of date. */
const isVanished = ({ cell }: KnownCell): boolean =>
  cell.problems.some(({ code }) => code === "vanished");

/** The rounds in which each of `cells` is read in full once; a round reads at least `leastReads`. */
export const turnsFor = (cells: number, leastReads: number): number =>
  Math.min(
    Math.max(MAX_TURNS, Math.min(MOST_TURNS, Math.ceil(cells / MOST_READS))),
    Math.max(1, Math.floor(cells / leastReads)),
  );

function premisesOf(root: Root, limits: Limits, clock: Clock): Premises {
  const { dev, ino } = fstatSync(root.fd);
  const seconds = clock.uptime() || clock.monotonic();
  return { limits, root: `${dev}:${ino}`, bootMs: clock.now().getTime() - 1000 * seconds };
}

const areSame = (before: Premises, now: Premises): boolean =>
  LIMIT_SETTINGS.every((name) => before.limits[name] === now.limits[name]) &&
  before.root === now.root &&
  Math.abs(before.bootMs - now.bootMs) <= STEP_MS;

function isSameButAge(before: ReportCell, now: ReportCell): boolean {
  if (before.age_seconds !== null && now.age_seconds !== null) now.age_seconds = before.age_seconds;
  return Bun.deepEquals(before, now);
}

/** Changes the age in place: a new object for each of ten thousand cells would only be garbage. */
function setAge({ cell, beatMs }: KnownCell, now: Date): void {
  if (beatMs !== undefined) cell.age_seconds = (now.getTime() - beatMs) / 1000;
}

/**
 * The verdicts of a root's cells, kept between rounds: a round reads a cell only when its heartbeat
 * file, its process or the time may have changed its verdict, and each cell in full every few rounds.
 *
 * @module
 */
import { fstatSync } from "node:fs";
import type { Clock } from "../base/clock.ts";
import { listRoot } from "../cell/listing.ts";
import type { Ignored } from "../contract/ignored.ts";
import type { ReportCell } from "../contract/report.ts";
import { LIMIT_SETTINGS, type Limits } from "../contract/settings.ts";
import type { Root } from "../host/files/directory.ts";
import { isCellUnchanged, type KnownCell, observeInFull } from "./observed-cell.ts";

/** Each cell is read in full at least once in this many rounds, and in each round an equal part of them. */
const MAX_TURNS = 6;
/** A wall clock that deviates by more from the time since boot was set, or the host was suspended. */
const STEP_MS = 1000;

/** A cell, and its number, which says in which of the rounds it is read in full. */
export interface ViewedCell extends KnownCell {
  readonly number: number;
}

/** The cells as of one round. */
export interface ViewUpdate {
  /** By mission id, sorted. All ages are as of `now`. */
  readonly cells: ReadonlyMap<string, ViewedCell>;
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
  update(root: Root, limits: Limits): ViewUpdate;
  /** Reads one cell in full, and leaves the view as it is. */
  read(root: Root, id: string, limits: Limits): KnownCell;
}

/** What all verdicts depend on: if it changes, every cell is read in full. */
interface Premises {
  readonly limits: Limits;
  readonly root: string;
  /** The wall clock at boot, in milliseconds since 1970. */
  readonly bootMs: number;
}

/** Creates a view without cells. Each round reads at least `leastReads` cells in full, or all there are. */
export function createCellView(clock: Clock, leastReads = 0): CellView {
  let cells: ReadonlyMap<string, ViewedCell> = new Map();
  let premises: Premises | undefined;
  let rounds = 0;
  let added = 0;

  const read = (root: Root, id: string, limits: Limits): KnownCell =>
    observeInFull({ root, limits, clock }, id, cells.get(id));

  /** Reads a cell; if it is as before but for its age, its entry in the report stays the same object. */
  function readAgain(root: Root, id: string, limits: Limits): ViewedCell {
    const before = cells.get(id);
    const known = read(root, id, limits);
    const number = before?.number ?? added++;
    const isSame = before !== undefined && isSameButAge(before.cell, known.cell);
    return { ...known, number, cell: isSame ? before.cell : known.cell };
  }

  function isCurrent(root: Root, id: string, before: ViewedCell, now: Date): boolean {
    const turns = Math.min(MAX_TURNS, Math.max(1, Math.floor(cells.size / leastReads)));
    const isTurn = before.number % turns === rounds % turns;
    return !isTurn && isCellUnchanged(root, id, before, now.getTime());
  }

  function update(root: Root, limits: Limits): ViewUpdate {
    const now = clock.now();
    const current = premisesOf(root, limits, clock);
    const isFull = premises === undefined || !areSame(premises, current);
    const { ids, ignored } = listRoot(root);
    const next = new Map<string, ViewedCell>();
    for (const id of ids) {
      const before = cells.get(id);
      const isKept = before !== undefined && !isFull && isCurrent(root, id, before, now);
      const viewed = isKept ? before : readAgain(root, id, limits);
      setAge(viewed, now);
      next.set(id, viewed);
    }
    cells = next;
    premises = current;
    rounds += 1;
    return { cells, ignored, now };
  }

  return { update, read };
}

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
function setAge({ cell, beatMs }: ViewedCell, now: Date): void {
  if (beatMs !== undefined) cell.age_seconds = (now.getTime() - beatMs) / 1000;
}

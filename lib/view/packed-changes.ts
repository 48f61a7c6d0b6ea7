/**
 * How the packed cells of one report differ from those of the one before.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import type { StatusChange } from "../verdict/changes.ts";
import type { PackedCells } from "./packed-cells.ts";
import { inSteps, type Pause, SLICE_CELLS, SLICE_LOOKS } from "./slices.ts";

/** What changed from one report to the next. */
export interface CellChanges {
  /** The positions of the cells that are new, or differ in more than their age. */
  readonly changed: readonly number[];
  /** The ids of removed cells. */
  readonly removed: readonly string[];
  /** The changes of status, by mission id; none in the first report. */
  readonly statuses: ReadonlyMap<string, StatusChange>;
}

/** The cells of two reports of one root, both sorted by id. */
interface CellLists {
  readonly before: PackedCells;
  readonly after: PackedCells;
  /** When the later report was made. */
  readonly time: string;
}

/** Compares two reports; without one before, every cell is new, and no status has changed. */
export async function comparePacked(
  before: PackedCells | undefined,
  after: PackedCells,
  time: string,
  pause?: Pause,
): Promise<CellChanges> {
  const all = Array.from({ length: before === undefined ? after.size : 0 }, (_, at) => at);
  if (before === undefined) return { changed: all, removed: [], statuses: new Map() };
  const comparer = new Comparer({ before, after, time });
  await inSteps(() => comparer.compareSome(), pause);
  comparer.removeUpTo(before.size);
  return comparer;
}

class Comparer implements CellChanges {
  readonly changed: number[] = [];
  readonly removed: string[] = [];
  readonly statuses = new Map<string, StatusChange>();
  /** The next cells of the two reports. */
  #next = 0;
  #at = 0;

  constructor(readonly lists: CellLists) {}

  /** Compares the cells of one slice; true at the end. */
  compareSome(): boolean {
    const { before, after } = this.lists;
    const [end, most] = [this.#at + SLICE_LOOKS, this.changed.length + SLICE_CELLS];
    for (; this.#at < after.size; this.#at++) {
      if (this.#at === end || this.changed.length === most) return false;
      // Equal texts have equal ids: nearly all cells end here, most without a look into the text.
      if (before.textAt(this.#next) === after.textAt(this.#at)) this.#next += 1;
      else this.#compareOne(this.#at, after.idAt(this.#at));
    }
    return true;
  }

  /** Notes the cells before position `end` of the report before that have not been met as removed. */
  removeUpTo(end: number): void {
    for (; this.#next < end; this.#next++) {
      const id = this.lists.before.idAt(this.#next);
      this.removed.push(id);
      this.#noteStatus(id, this.#next, undefined);
    }
  }

  #compareOne(at: number, id: string): void {
    const { before, after } = this.lists;
    let end = this.#next;
    while (end < before.size && before.idAt(end) < id) end += 1;
    this.removeUpTo(end);
    const isKnown = end < before.size && before.idAt(end) === id;
    if (isKnown) this.#next += 1;
    if (isKnown && before.textAt(end) === after.textAt(at)) return;
    this.changed.push(at);
    this.#noteStatus(id, isKnown ? end : undefined, at);
  }

  #noteStatus(id: string, was: number | undefined, is: number | undefined): void {
    const { before, after, time } = this.lists;
    const from = (was === undefined ? undefined : before.statusAt(was)) ?? null;
    const to = (is === undefined ? undefined : after.statusAt(is)) ?? null;
    if (from === to) return;
    const problems = is === undefined ? [] : after.cellAt(is).problems;
    this.statuses.set(id, { at: time, from, to, problems });
  }
}

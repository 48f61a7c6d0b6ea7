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
    const most = this.#reads + SLICE_CELLS;
    for (let looks = 0; !this.#isDone; looks++) {
      if (looks === SLICE_LOOKS || this.#reads === most) return false;
      this.#compareNext();
    }
    return true;
  }

  get #isDone(): boolean {
    return this.#next === this.lists.before.size && this.#at === this.lists.after.size;
  }

  /** The cells of which more than a reference was looked at and noted. */
  get #reads(): number {
    return this.changed.length + this.removed.length;
  }

  #compareNext(): void {
    const { before, after } = this.lists;
    const [was, is] = [this.#next, this.#at];
    // Equal texts have equal ids: nearly all cells end here, most without a look into the text.
    if (before.textAt(was) === after.textAt(is)) [this.#next, this.#at] = [was + 1, is + 1];
    else if (is === after.size || (was < before.size && before.idAt(was) < after.idAt(is)))
      this.#noteRemoved(before.idAt(was));
    else this.#noteChanged(after.idAt(is));
  }

  #noteRemoved(id: string): void {
    this.removed.push(id);
    this.#noteStatus(id, this.#next, undefined);
    this.#next += 1;
  }

  #noteChanged(id: string): void {
    const { before } = this.lists;
    const isKnown = this.#next < before.size && before.idAt(this.#next) === id;
    this.changed.push(this.#at);
    this.#noteStatus(id, isKnown ? this.#next : undefined, this.#at);
    if (isKnown) this.#next += 1;
    this.#at += 1;
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

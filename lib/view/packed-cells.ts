/**
 * The cells of one report, packed. They never change: a reader that is halfway through a report when
 * the next one arrives goes on with its own.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import type { Attention, Report, ReportCell, Status } from "../contract/report.ts";
import {
  isMarkedSilent,
  markedAttention,
  markedStatus,
  packedId,
  unpackedCell,
  unpackedJson,
} from "./packed-cell.ts";
import type { PackedLists } from "./packed-lists.ts";

/** A report without its cells, and its packed cells. */
export interface PackedReport {
  readonly head: Report;
  readonly packed: PackedCells;
}

/** When the ages are as of, in milliseconds since 1970; or the ages, NaN for null. */
type Ages = number | Float64Array;

export class PackedCells {
  constructor(
    readonly lists: PackedLists,
    readonly ages: Ages,
  ) {}

  get size(): number {
    return this.lists.texts.length;
  }

  textAt(at: number): string {
    return this.lists.texts[at] ?? "";
  }

  idAt(at: number): string {
    return packedId(this.textAt(at));
  }

  jsonAt(at: number): string {
    return unpackedJson(this.textAt(at), this.#ageAt(at));
  }

  cellAt(at: number): ReportCell {
    return unpackedCell(this.textAt(at), this.#ageAt(at));
  }

  statusAt(at: number): Status | undefined {
    return markedStatus(this.lists.marks[at] ?? 0);
  }

  attentionAt(at: number): Attention | undefined {
    return markedAttention(this.lists.marks[at] ?? 0);
  }

  isSilentButRunningAt(at: number): boolean {
    return isMarkedSilent(this.lists.marks[at] ?? 0);
  }

  beatMsAt(at: number): number {
    return this.lists.beats[at] ?? Number.NaN;
  }

  /** The cell with this id; undefined if there is none. */
  find(id: string): ReportCell | undefined {
    const at = lowerBound(this.lists.texts, id);
    return at < this.size && this.idAt(at) === id ? this.cellAt(at) : undefined;
  }

  #ageAt(at: number): number {
    return typeof this.ages === "number"
      ? (this.ages - this.beatMsAt(at)) / 1000
      : (this.ages[at] ?? Number.NaN);
  }
}

/** Where an id is in a sorted list, or would be; not before `from`, which shortens the search. */
export function lowerBound(texts: readonly string[], id: string, from = 0): number {
  let step = 1;
  let [low, high] = [from, from];
  const isBelow = (at: number) => at < texts.length && packedId(texts[at] ?? "") < id;
  for (; isBelow(high); step *= 2) [low, high] = [high + 1, high + step];
  high = Math.min(high, texts.length);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBelow(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

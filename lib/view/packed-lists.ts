/**
 * Packed cells as lists, in which one thread sends them to another.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import type { ReportCell } from "../contract/report.ts";
import { packCell, type PackedCell } from "./packed-cell.ts";

/** The same position in all lists is the same cell. A reader may keep them: they never change. */
export interface PackedLists {
  readonly texts: readonly string[];
  readonly beats: Float64Array;
  readonly marks: Uint8Array;
}

export const NO_LISTS: PackedLists = {
  texts: [],
  beats: new Float64Array(),
  marks: new Uint8Array(),
};

/** Builds lists of at most `limit` cells. */
export class ListBuilder {
  readonly #texts: string[] = [];
  readonly #beats: Float64Array;
  readonly #marks: Uint8Array;

  constructor(limit: number) {
    this.#beats = new Float64Array(limit);
    this.#marks = new Uint8Array(limit);
  }

  add({ text, beatMs, mark }: PackedCell): void {
    const at = this.#texts.push(text) - 1;
    this.#beats[at] = beatMs;
    this.#marks[at] = mark;
  }

  /** Adds the cells `from` to `to` of other lists, `to` excluded. */
  copy({ texts, beats, marks }: PackedLists, from: number, to: number): void {
    // Without subarrays: most copies are of few cells, and each subarray is an object.
    for (let at = from; at < to; at++) {
      const end = this.#texts.push(texts[at] ?? "") - 1;
      this.#beats[end] = beats[at] ?? Number.NaN;
      this.#marks[end] = marks[at] ?? 0;
    }
  }

  lists(): PackedLists {
    const count = this.#texts.length;
    return {
      texts: this.#texts,
      beats: this.#beats.subarray(0, count),
      marks: this.#marks.subarray(0, count),
    };
  }
}

export function packCells(cells: readonly ReportCell[]): PackedLists {
  const builder = new ListBuilder(cells.length);
  for (const cell of cells) builder.add(packCell(cell));
  return builder.lists();
}

/** Several lists as one. */
export function joinLists(parts: readonly PackedLists[]): PackedLists {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const builder = new ListBuilder(parts.reduce((sum, { texts }) => sum + texts.length, 0));
  for (const part of parts) builder.copy(part, 0, part.texts.length);
  return builder.lists();
}

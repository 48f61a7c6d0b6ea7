/**
 * Reports and changes as JSON, put together from packed cells in parts.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import type { PackedCells } from "../view/packed-cells.ts";
import { splitAtCells } from "../view/report-text.ts";
import { SLICE_CELLS, SLICE_LOOKS } from "../view/slices.ts";

/**
 * The JSON of `frame`, which has an empty list of cells, with the cells at the positions; undefined among
 * them is work that takes as long as one cell. A part is no more work than a slice; it may be empty.
 */
export function* jsonParts(
  frame: { readonly cells: readonly unknown[] },
  cells: PackedCells,
  positions: Iterable<number | undefined>,
): Generator<string> {
  const [start, end] = splitAtCells(JSON.stringify(frame));
  let [part, count, separator] = [start, 0, ""];
  for (const at of positions) {
    if (at !== undefined) {
      part += `${separator}${cells.jsonAt(at)}`;
      separator = ",";
    }
    if (++count % SLICE_CELLS !== 0) continue;
    yield part;
    part = "";
  }
  yield `${part}${end}`;
}

/** The looks at marks that take as long as one cell. */
const CELL_LOOKS = SLICE_LOOKS / SLICE_CELLS;

/**
 * The positions of all cells that `isWanted`, which looks at a mark only. Undefined in between counts
 * the looks at others.
 */
export function* positionsOf(
  { size }: PackedCells,
  isWanted: (at: number) => boolean = () => true,
): Generator<number | undefined> {
  for (let at = 0; at < size; at++) {
    if (isWanted(at)) yield at;
    else if (at % CELL_LOOKS === 0) yield undefined;
  }
}

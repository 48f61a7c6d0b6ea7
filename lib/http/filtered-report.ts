/**
 * The part of a report that a filter selects, as JSON.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import {
  type CellIndex,
  type Filter,
  indexCells,
  matchesLabel,
  matchingRanges,
} from "../verdict/report-filter.ts";
import type { PackedCells } from "../view/packed-cells.ts";
import { splitAtCells } from "../view/report-text.ts";
import { isSentInParts, PartedText } from "./parted-text.ts";
import { jsonParts, positionsOf } from "./report-json.ts";
import type { Snapshot } from "./snapshot.ts";

/** A short text is valid until the next call: a Response copies it at once. */
export const filteredContent = (
  snapshot: Snapshot,
  filter: Filter,
): Uint8Array<ArrayBuffer> | PartedText =>
  isSentInParts(snapshot.cells.size)
    ? new PartedText(snapshot.cells.size, () => filteredParts(snapshot, filter))
    : filteredJson(serializedParts(snapshot), filter);

function* filteredParts({ report, cells }: Snapshot, filter: Filter): Generator<string> {
  yield* jsonParts(report, cells, matchingPositions(cells, filter));
  yield "\n";
}

/** The positions of the cells that match; undefined for those that were read only to see that they do not. */
function* matchingPositions(
  cells: PackedCells,
  { statuses, labels }: Filter,
): Generator<number | undefined> {
  const hasStatus = (at: number) => {
    const status = cells.statusAt(at);
    return status !== undefined && statuses.includes(status);
  };
  for (const at of positionsOf(cells, hasStatus))
    yield at === undefined || hasLabels(cells, at, labels) ? at : undefined;
}

function hasLabels(cells: PackedCells, at: number, labels: Filter["labels"]): boolean {
  if (labels.length === 0) return true;
  const cell = cells.cellAt(at);
  return labels.every((label) => matchesLabel(cell, label));
}

/** A report's JSON as bytes, from which filtered reports are copied without serializing again. */
interface SerializedParts {
  readonly index: CellIndex;
  /** The text before the cells, each cell followed by a comma, and the text after them. */
  readonly bytes: Buffer;
  /** Offsets in `bytes` of each cell, and of the end of the last one. */
  readonly starts: readonly number[];
  /** Buffer for filtered reports, used for one after the other. */
  readonly scratch: Uint8Array<ArrayBuffer>;
}

/** The parts of the last report of each endpoint: it changes once a second, for many requests. */
const partsCache = new WeakMap<Snapshot, SerializedParts>();

function serializedParts(snapshot: Snapshot): SerializedParts {
  const parts = partsCache.get(snapshot) ?? serialize(snapshot);
  partsCache.set(snapshot, parts);
  return parts;
}

function serialize({ report, cells }: Snapshot): SerializedParts {
  const [head, end] = splitAtCells(`${JSON.stringify(report)}\n`);
  const all = Array.from({ length: cells.size }, (_, at) => cells.cellAt(at));
  const texts = all.map((_, at) => `${cells.jsonAt(at)},`);
  const starts = [Buffer.byteLength(head)];
  for (const text of texts) starts.push((starts.at(-1) ?? 0) + Buffer.byteLength(text));
  const bytes = Buffer.from([head, ...texts, end].join(""));
  const scratch = new Uint8Array(bytes.length);
  return { index: indexCells(all), bytes, starts, scratch };
}

/**
 * The filtered report, valid until the next call: a Response copies it at once. Reusing the buffer
 * is several times cheaper than allocating new pages.
 */
function filteredJson(
  { index, bytes, starts, scratch }: SerializedParts,
  filter: Filter,
): Uint8Array<ArrayBuffer> {
  const start = (cell: number): number => starts[cell] ?? bytes.length;
  const runs = matchingRanges(index, filter);
  let length = bytes.copy(scratch, 0, 0, start(0));
  for (const { from, to } of runs) length += bytes.copy(scratch, length, start(from), start(to));
  // Drops the comma after the last cell.
  if (runs.length > 0) length -= 1;
  length += bytes.copy(scratch, length, start(index.size));
  return scratch.subarray(0, length);
}

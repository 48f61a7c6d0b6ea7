/**
 * Scanning cells in blocks, each of which becomes text at once: a report of 100,000 cells
 * takes 10 MB this way, and 200 MB as objects.
 *
 * @module
 */
import { edenGC, fullGC } from "bun:jsc";
import { printableJson, printableJsonLines } from "../base/printable.ts";
import type { ReportCell } from "../contract/report.ts";
import { isInSelection, type Selection } from "../verdict/report-filter.ts";
import { newTally, type Tally, tallyCell } from "../verdict/tally.ts";
import { type ScanRequest, scanCell } from "./scan.ts";

/** Enough cells that a block costs little of its own, and few enough to be in memory at once. */
export const BLOCK_CELLS = 64;

/** `json` is the text in the list of a report, `ndjson` a line for each cell. */
export type BlockForm = "json" | "ndjson";

/** `Selection` are the cells whose text is wanted. */
export interface BlockRequest extends ScanRequest, Selection {
  readonly form: BlockForm;
}

/**
 * Some cells in a row: their text in UTF-8, which `json` has packed, and their tally, which stays empty for
 * `ndjson`.
 */
export interface Block {
  readonly bytes: Uint8Array;
  readonly tally: Tally;
}

/**
 * Scans the cells `ids` of a block.
 *
 * @throws {OperatorError} when a cell was requested by its id and does not exist.
 */
export function scanBlock(request: BlockRequest, ids: readonly string[]): Block {
  collectGarbage();
  const tally = newTally();
  const shown: ReportCell[] = [];
  for (const id of ids) {
    const judged = scanCell(request, id);
    if (request.form === "json") tallyCell(tally, judged, request.now.getTime());
    if (isInSelection(judged.cell, request)) shown.push(judged.cell);
  }
  return { bytes: BYTES_OF[request.form](shown), tally };
}

/** After how many blocks young garbage is collected, and after how many all of it. */
const [YOUNG_BLOCKS, ALL_BLOCKS] = [10, 80];
/** The garbage of so few blocks is left to the end of the process: collecting it takes longer than a block. */
const FEW_BLOCKS = 20;
let blocks = 0;

/**
 * Collects garbage between two blocks, when nearly nothing is in use. Left to itself, the collector
 * lets the memory of a scan of 100,000 cells grow by 50 MB.
 */
export function collectGarbage(): void {
  blocks += 1;
  if (blocks % ALL_BLOCKS === 0) fullGC();
  else if (blocks % YOUNG_BLOCKS === 0 && blocks > FEW_BLOCKS) edenGC();
}

const encoder = new TextEncoder();

const BYTES_OF: Readonly<Record<BlockForm, (cells: readonly ReportCell[]) => Uint8Array>> = {
  ndjson: (cells) => encoder.encode(printableJsonLines(cells)),
  // A tenth of the size, for a hundredth of the time of the scan.
  json: (cells) => Bun.zstdCompressSync(encoder.encode(reportText(cells)), { level: 1 }),
};

/** What surrounds the cells of a list within a list, indented: then they are as in a report. */
const [LIST_START, LIST_END] = ["[\n  [\n", "\n  ]\n]"];
export const CELL_SEPARATOR = ",\n";

/** Each cell as a report shows it, after a separator. */
const reportText = (cells: readonly ReportCell[]): string =>
  cells.length === 0
    ? ""
    : CELL_SEPARATOR + printableJson([cells], 2).slice(LIST_START.length, -LIST_END.length);

/** The text of a block of the form `json`, in UTF-8. */
export const unpackBlock = (bytes: Block["bytes"]): Uint8Array => Bun.zstdDecompressSync(bytes);

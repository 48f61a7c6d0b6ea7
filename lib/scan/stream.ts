/**
 * The output of a scan in pieces, so that its cells are never in memory together.
 *
 * @module
 */
import { printableJson } from "../base/printable.ts";
import { buildReport } from "../verdict/report.ts";
import { massSilenceIn } from "../verdict/mass-silence.ts";
import { addTally, newTally } from "../verdict/tally.ts";
import type { Progress } from "../host/stdio/progress-line.ts";
import {
  BLOCK_CELLS,
  type BlockRequest,
  CELL_SEPARATOR,
  collectGarbage,
  unpackBlock,
} from "./block.ts";
import { requestedCells, scanHeader } from "./scan.ts";
import { scanBlocks } from "./scan-blocks.ts";

/** How an empty list of cells is written in a report. */
const NO_CELLS = '\n  "cells": []';

/**
 * Scans, and then returns the report as JSON in pieces: the summary precedes the cells.
 *
 * @throws {OperatorError} when the root cannot be listed, or a requested cell does not exist.
 */
export function reportPieces(
  request: Omit<BlockRequest, "form">,
  progress?: Progress,
): Iterable<Uint8Array> {
  const started = performance.now();
  const { ids, ignored } = requestedCells(request);
  const count = ids.length;
  const tally = newTally();
  const packed: Uint8Array[] = [];
  for (const block of scanBlocks({ ...request, form: "json" }, ids)) {
    addTally(tally, block.tally);
    packed.push(block.bytes);
    progress?.show(packed.length * BLOCK_CELLS, count);
  }
  progress?.clear();
  const header = scanHeader(request, started, massSilenceIn(tally.silence));
  const report = { ...buildReport(header, [], ignored), summary: tally.summary };
  return piecesOf(`${printableJson(report, 2)}\n`, packed);
}

/** The pieces of the report `frame`, which has no cells, with the packed ones. */
function* piecesOf(frame: string, packed: readonly Uint8Array[]): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  // A line end in a string is escaped, so this is the key of the report itself.
  const [head = "", tail = ""] = frame.split(NO_CELLS);
  yield encoder.encode(head);
  let isFirst = true;
  for (const bytes of packed) {
    // Left to itself, the collector would keep the text of a hundred blocks.
    collectGarbage();
    const text = unpackBlock(bytes);
    if (text.length === 0) continue;
    if (isFirst) yield encoder.encode('\n  "cells": [\n');
    yield isFirst ? text.subarray(CELL_SEPARATOR.length) : text;
    isFirst = false;
  }
  yield encoder.encode(isFirst ? NO_CELLS + tail : `\n  ]${tail}`);
}

/**
 * Scans, and returns one line of JSON for each cell, some at a time: of the cells, only their ids are in
 * memory.
 *
 * @throws {OperatorError} when the root cannot be listed, or a requested cell does not exist.
 */
export function* cellLines(request: Omit<BlockRequest, "form">): Generator<Uint8Array> {
  const blocks = scanBlocks({ ...request, form: "ndjson" }, requestedCells(request).ids);
  for (const { bytes } of blocks) yield bytes;
}

/**
 * Prometheus metrics of single cells, in parts: of 100,000 cells they are 95 MB.
 *
 * @module
 */
import { parseTimestamp } from "../../base/time.ts";
import { Attention, type ReportCell, Status } from "../../contract/report.ts";
import { escapedLabel, familyHead, labelText } from "./exposition.ts";
import { infoLabels, isSilentButRunning } from "./prometheus-missions.ts";

/** The cells of one part. */
const PART_CELLS = 128;

/** The cells of a report, by position: their owner need not have them as objects. */
export interface MetricCells {
  readonly size: number;
  idAt(at: number): string;
  statusAt(at: number): Status | undefined;
  attentionAt(at: number): Attention | undefined;
  isSilentButRunningAt(at: number): boolean;
  cellAt(at: number): ReportCell;
  /** The last beat in milliseconds since 1970; NaN without one. */
  beatMsAt(at: number): number;
}

/** The cells of a report that has them as objects. */
export function cellsOf(cells: readonly ReportCell[]): MetricCells {
  const cellAt = (at: number): ReportCell => cells[at] as ReportCell;
  return {
    size: cells.length,
    cellAt,
    idAt: (at) => cellAt(at).mission_id,
    statusAt: (at) => cellAt(at).status,
    attentionAt: (at) => cellAt(at).attention,
    isSilentButRunningAt: (at) => isSilentButRunning(cellAt(at)),
    beatMsAt: (at) => parseTimestamp(cellAt(at).last_heartbeat ?? "") ?? Number.NaN,
  };
}

/** What is counted of all cells. */
export function countCells(cells: MetricCells): {
  readonly attentions: ReadonlyMap<Attention | undefined, number>;
  readonly silentButRunning: number;
} {
  const attentions = new Map<Attention | undefined, number>();
  let silentButRunning = 0;
  for (let at = 0; at < cells.size; at++) {
    const attention = cells.attentionAt(at);
    attentions.set(attention, (attentions.get(attention) ?? 0) + 1);
    if (cells.isSilentButRunningAt(at)) silentButRunning += 1;
  }
  return { attentions, silentButRunning };
}

/** A gauge with samples of each cell; `linesOf` gets what its lines begin with, up to the labels. */
interface CellFamily {
  readonly name: string;
  readonly help: string;
  readonly linesOf: (cells: MetricCells, at: number, name: string) => string;
}

/** A line for each of the words, 1 for the one that holds. */
const wordLines = (
  start: string,
  label: string,
  words: readonly string[],
  now: string | undefined,
): string => words.map((word) => `${start},${label}="${word}"} ${word === now ? 1 : 0}\n`).join("");

const startOf = (cells: MetricCells, at: number, name: string): string =>
  `${name}{mission_id="${escapedLabel(cells.idAt(at))}"`;

const FAMILIES: readonly CellFamily[] = [
  {
    name: "mission_info",
    help: "Always 1; the title, owner and labels of a mission.",
    linesOf: (cells, at, name) => `${name}${labelText(infoLabels(cells.cellAt(at)))} 1\n`,
  },
  {
    name: "mission_cell_status",
    help: "1 for the status that a mission cell has, 0 for the others.",
    linesOf: (cells, at, name) =>
      wordLines(startOf(cells, at, name), "status", Status.options, cells.statusAt(at)),
  },
  {
    name: "mission_cell_attention",
    help: "1 for the attention that a mission cell needs, 0 for the others.",
    linesOf: (cells, at, name) =>
      wordLines(startOf(cells, at, name), "attention", Attention.options, cells.attentionAt(at)),
  },
  {
    name: "mission_cell_last_heartbeat_timestamp_seconds",
    help: "Unix time of a mission cell's last heartbeat.",
    linesOf: (cells, at, name) =>
      Number.isNaN(cells.beatMsAt(at))
        ? ""
        : `${startOf(cells, at, name)}} ${cells.beatMsAt(at) / 1000}\n`,
  },
  {
    name: "mission_cell_silent_but_running",
    help: "1 for a silent mission cell whose process still runs.",
    linesOf: (cells, at, name) =>
      cells.isSilentButRunningAt(at) ? `${startOf(cells, at, name)}} 1\n` : "",
  },
];

/** All metrics of each cell, family by family. */
export function* cellFamilies(cells: MetricCells): Generator<string> {
  for (const family of FAMILIES) yield* cellFamily(cells, family);
}

/** One family; nothing at all if it has no samples. */
function* cellFamily(cells: MetricCells, { name, help, linesOf }: CellFamily): Generator<string> {
  let head = familyHead(name, "gauge", help);
  for (let from = 0; from < cells.size; from += PART_CELLS) {
    let lines = "";
    for (let at = from; at < Math.min(from + PART_CELLS, cells.size); at++)
      lines += linesOf(cells, at, name);
    yield lines === "" ? "" : `${head}${lines}`;
    if (lines !== "") head = "";
  }
}

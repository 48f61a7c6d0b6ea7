/**
 * Reports between threads: only what changed is copied, because a copy of ten thousand cells stalls
 * both threads.
 *
 * @module
 */
import { pairCells } from "../verdict/changes.ts";
import type { Report, ReportCell } from "../contract/report.ts";

/** How a report differs from the one that was sent before it. */
export interface ReportDelta {
  /** The report without its cells. */
  readonly head: Report;
  /** The cells that are new, or differ in more than their age. */
  readonly cells: readonly ReportCell[];
  /** The ids of removed cells. */
  readonly removed: readonly string[];
  /** Nothing was sent before, so that `cells` are all cells. */
  readonly isFirst: boolean;
}

/** Creates a function that describes each report by its difference; unchanged cells are the same objects. */
export function createDeltaSender(): (report: Report) => ReportDelta {
  let sent: readonly ReportCell[] | undefined;
  return (report) => {
    const pairs = pairCells(sent ?? [], report.cells);
    const isFirst = sent === undefined;
    sent = report.cells;
    return {
      head: { ...report, cells: [] },
      cells: pairs.flatMap(({ after }) => after ?? []),
      removed: pairs.flatMap(({ before, after }) =>
        after === undefined ? (before?.mission_id ?? []) : [],
      ),
      isFirst,
    };
  };
}

/** Creates a function that rebuilds each report. An unchanged cell stays the same object, with a new age. */
export function createDeltaReceiver(): (delta: ReportDelta) => Report {
  let cells: ReportCell[] = [];
  /** The last beat of each cell, in milliseconds since 1970; NaN without one. */
  let beats = new Float64Array();
  return ({ head, cells: changed, removed, isFirst }) => {
    const [known, knownBeats] = isFirst ? [[], beats] : [cells, beats];
    ({ cells, beats } = merged({ cells: known, beats: knownBeats }, changed, new Set(removed)));
    setAges({ cells, beats }, Date.parse(head.generated_at));
    return { ...head, cells };
  };
}

interface KnownCells {
  readonly cells: ReportCell[];
  readonly beats: Float64Array<ArrayBuffer>;
}

/** Merges two sorted lists; a changed cell takes the place of the known one. */
function merged(
  known: KnownCells,
  changed: readonly ReportCell[],
  removed: ReadonlySet<string>,
): KnownCells {
  const cells: ReportCell[] = [];
  const beats = new Float64Array(known.cells.length + changed.length);
  let at = 0;
  const add = (cell: ReportCell, beat: number) => void (beats[cells.push(cell) - 1] = beat);
  const addKnownUpTo = (id: string | undefined) => {
    for (let cell = known.cells[at]; cell !== undefined; cell = known.cells[++at]) {
      if (id !== undefined && cell.mission_id > id) return;
      if (cell.mission_id !== id && !removed.has(cell.mission_id))
        add(cell, known.beats[at] ?? Number.NaN);
    }
  };
  for (const cell of changed) {
    addKnownUpTo(cell.mission_id);
    add(cell, Date.parse(cell.last_heartbeat ?? ""));
  }
  addKnownUpTo(undefined);
  return { cells, beats };
}

function setAges({ cells, beats }: KnownCells, nowMs: number): void {
  for (const [at, cell] of cells.entries()) {
    const beat = beats[at] ?? Number.NaN;
    if (!Number.isNaN(beat)) cell.age_seconds = (nowMs - beat) / 1000;
  }
}

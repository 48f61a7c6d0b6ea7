/**
 * Reports between threads: only what changed is sent, packed, and in parts, because 100,000 cells as
 * one message stall both threads.
 *
 * @module
 */
import { edenGC } from "bun:jsc";
import { pairCells } from "../verdict/changes.ts";
import type { Report, ReportCell } from "../contract/report.ts";
import { mergeLists } from "./merge-lists.ts";
import { PackedCells, type PackedReport } from "./packed-cells.ts";
import { joinLists, NO_LISTS, packCells, type PackedLists } from "./packed-lists.ts";
import type { Pause } from "./slices.ts";

/** The most cells of one part. */
const PART_CELLS = 1000;
/** After how many parts the young garbage of packing is collected: left to itself, it outgrows the cells. */
const YOUNG_PARTS = 8;

/** A part of how a report differs from the one that was sent before it. */
export interface ReportDelta {
  /** The report without its cells. */
  readonly head: Report;
  /** The cells that are new, or differ in more than their age. */
  readonly cells: PackedLists;
  /** The ids of removed cells. */
  readonly removed: readonly string[];
  /** Nothing was sent before, so that the parts have all cells. */
  readonly isFirst: boolean;
  /** Another part follows: the report is not complete yet. */
  readonly hasMore: boolean;
}

/**
 * Creates a function that describes each report by its difference, in one or more parts; unchanged
 * cells are the same objects. All parts of a report have to be taken before the next report.
 */
export function createDeltaSender(): (report: Report) => Generator<ReportDelta> {
  let sent: readonly ReportCell[] | undefined;
  return function* (report) {
    const [before, { cells }] = [sent, report];
    sent = cells;
    const head = { ...report, cells: [] };
    const { changed, removed } = differences(before, cells);
    for (let from = 0; from === 0 || from < changed.length; from += PART_CELLS) {
      const hasMore = from + PART_CELLS < changed.length;
      const part = packCells(changed.slice(from, from + PART_CELLS));
      if (hasMore && (from / PART_CELLS) % YOUNG_PARTS === YOUNG_PARTS - 1) edenGC();
      const isFirst = before === undefined && from === 0;
      yield { head, cells: part, removed: hasMore ? [] : removed, isFirst, hasMore };
    }
  };
}

interface Differences {
  readonly changed: readonly ReportCell[];
  readonly removed: readonly string[];
}

function differences(
  before: readonly ReportCell[] | undefined,
  after: readonly ReportCell[],
): Differences {
  if (before === undefined) return { changed: after, removed: [] };
  const pairs = pairCells(before, after);
  return {
    changed: pairs.flatMap((pair) => pair.after ?? []),
    removed: pairs.flatMap((pair) =>
      pair.after === undefined ? (pair.before?.mission_id ?? []) : [],
    ),
  };
}

/** Creates a function that rebuilds each report from its parts; undefined before the last of them. */
export function createDeltaReceiver(
  pause?: Pause,
): (delta: ReportDelta) => Promise<PackedReport | undefined> {
  let known = NO_LISTS;
  let parts: PackedLists[] = [];
  return async ({ head, cells, removed, isFirst, hasMore }) => {
    if (isFirst) [known, parts] = [NO_LISTS, []];
    parts.push(cells);
    if (hasMore) return undefined;
    const changed = joinLists(parts);
    parts = [];
    known = await mergeLists(known, { changed, removed }, pause);
    return { head, packed: new PackedCells(known, Date.parse(head.generated_at)) };
  };
}

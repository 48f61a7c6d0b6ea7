/**
 * Differences between two reports.
 *
 * @module
 */
import type { Jobs } from "../contract/job-report.ts";
import type { Ignored } from "../contract/ignored.ts";
import type {
  Problem,
  Report,
  ReportCell,
  Status,
  Summary,
  Suspicion,
} from "../contract/report.ts";

/** A change of a cell's status; `from` is null for a new cell, `to` for a removed one. */
export interface StatusChange {
  /** When it was detected: RFC 3339, UTC. */
  readonly at: string;
  readonly from: Status | null;
  readonly to: Status | null;
  readonly problems: readonly Problem[];
}

/** What a reader of the previous report needs to update it. */
export interface Delta {
  readonly generated_at: string;
  readonly next_expected_at?: string | undefined;
  readonly duration_ms: number;
  /** The suspicion now; absent without one. */
  readonly suspicion?: Suspicion | undefined;
  readonly fleet?: Report["fleet"];
  readonly summary: Summary;
  /** The cells that are new, or differ in more than their age. */
  readonly cells: readonly ReportCell[];
  /** The ids of removed cells. */
  readonly removed: readonly string[];
  readonly ignored: readonly Ignored[];
  /** The jobs, if they could be scanned. */
  readonly jobs?: Jobs | undefined;
  /** Why the jobs are unknown, if there were some before. */
  readonly jobs_unknown?: Report["jobs_unknown"];
}

/** A cell in two reports: a new one has no `before`, a removed one no `after`. */
interface CellPair {
  readonly before: ReportCell | undefined;
  readonly after: ReportCell | undefined;
}

/**
 * The cells of two reports, both sorted by id, that are not the same object in both. A source that
 * keeps the object of an unchanged cell spares its readers the comparison.
 */
export function pairCells(before: readonly ReportCell[], after: readonly ReportCell[]): CellPair[] {
  const pairs: CellPair[] = [];
  let at = 0;
  for (const cell of after) {
    let known = before[at];
    for (; known !== undefined && known.mission_id < cell.mission_id; known = before[++at])
      pairs.push({ before: known, after: undefined });
    const isKnown = known?.mission_id === cell.mission_id;
    if (isKnown) at += 1;
    if (known !== cell) pairs.push({ before: isKnown ? known : undefined, after: cell });
  }
  return [...pairs, ...before.slice(at).map((each) => ({ before: each, after: undefined }))];
}

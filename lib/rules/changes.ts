/**
 * What is different between two reports.
 *
 * @module
 */
import type { Jobs } from "../schemas/jobs.ts";
import type { Ignored, Problem, Report, ReportCell, Status, Summary } from "../schemas/report.ts";

/** A cell whose status changed, came (`from` null) or went (`to` null). */
export interface StatusChange {
  /** When it was noticed: RFC 3339, UTC. */
  readonly at: string;
  readonly from: Status | null;
  readonly to: Status | null;
  readonly problems: readonly Problem[];
}

/** What a reader of the last report needs to know of this one. */
export interface Delta {
  readonly generated_at: string;
  readonly next_expected_at?: string | undefined;
  readonly duration_ms: number;
  readonly observer_suspect: boolean;
  readonly summary: Summary;
  /** The cells that are new or different; their age alone is no difference. */
  readonly cells: readonly ReportCell[];
  /** The ids of the cells that are gone. */
  readonly removed: readonly string[];
  readonly ignored: readonly Ignored[];
  /** The jobs, where they could be looked at. */
  readonly jobs?: Jobs | undefined;
}

/** Compares two reports of one root. */
export function compareReports(before: Report, after: Report): Delta {
  const known = byId(before);
  const now = byId(after);
  const { generated_at, next_expected_at, duration_ms, observer_suspect, summary, ignored, jobs } =
    after;
  return {
    generated_at,
    next_expected_at,
    duration_ms,
    observer_suspect,
    summary,
    cells: after.cells.filter((cell) => isDifferent(known.get(cell.mission_id), cell)),
    removed: before.cells.map(({ mission_id }) => mission_id).filter((id) => !now.has(id)),
    ignored,
    jobs,
  };
}

/** The changes of status between two reports, by mission id. */
export function statusChanges(
  before: Report | undefined,
  after: Report,
): Map<string, StatusChange> {
  const known = before === undefined ? new Map<string, ReportCell>() : byId(before);
  const changes = new Map<string, StatusChange>();
  const at = after.generated_at;
  for (const { mission_id, status, problems } of after.cells) {
    const from = known.get(mission_id)?.status ?? null;
    if (from !== status && before !== undefined)
      changes.set(mission_id, { at, from, to: status, problems });
    known.delete(mission_id);
  }
  for (const [id, { status }] of known)
    changes.set(id, { at, from: status, to: null, problems: [] });
  return changes;
}

const byId = ({ cells }: Report): Map<string, ReportCell> =>
  new Map(cells.map((cell) => [cell.mission_id, cell]));

/** Whether a cell is new, or differs in more than its age. */
const isDifferent = (before: ReportCell | undefined, after: ReportCell): boolean =>
  before === undefined || essence(before) !== essence(after);

const essence = (cell: ReportCell): string => JSON.stringify({ ...cell, age_seconds: 0 });

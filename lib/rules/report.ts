/**
 * From verdicts to a report.
 *
 * @module
 */
import { type CellFacts, valueOf } from "../schemas/facts.ts";
import {
  type Ignored,
  LABEL_LIMIT,
  type Report,
  type ReportCell,
  type Summary,
} from "../schemas/report.ts";
import { parseTimestamp } from "../schemas/time.ts";
import { momentOf, type Verdict } from "./classify.ts";
import { shortened } from "./printable.ts";

/** What a report takes over from a cell is bounded, so that no cell can bloat it. */
const TITLE_LIMIT = 200;
const LABELS_LIMIT = 32;

/** A cell's line in the report. */
export function reportCell(facts: CellFacts, verdict: Verdict): ReportCell {
  const mission = valueOf(facts.mission);
  const beat = valueOf(facts.heartbeat);
  return {
    mission_id: facts.id,
    title: mission?.title === undefined ? null : shortened(mission.title, TITLE_LIMIT),
    labels: mission?.labels === undefined ? {} : boundedLabels(mission.labels),
    status: verdict.status,
    mission_status: mission?.status ?? null,
    state: beat?.state ?? null,
    last_heartbeat: beat === undefined ? null : momentOf(beat),
    age_seconds: verdict.age_seconds,
    limit_seconds: verdict.limit_seconds,
    problems: [...verdict.problems],
  };
}

/** True for a healthy cell of which no beat is expected. */
export const isResting = (cell: ReportCell): boolean =>
  cell.status === "healthy" && cell.limit_seconds === null;

export interface ReportHeader {
  readonly now: Date;
  readonly host: string;
  readonly root: string;
  readonly duration_ms: number;
  /** When the next one is due, where a schedule is known. */
  readonly next?: Date;
}

/** Gathers cells into a report, sorted by id, so that one state always gives one text. */
export function makeReport(
  header: ReportHeader,
  cells: readonly ReportCell[],
  ignored: readonly Ignored[],
): Report {
  return {
    schema_version: 1,
    generated_at: header.now.toISOString(),
    host: header.host,
    root: header.root,
    duration_ms: Math.round(header.duration_ms),
    ...(header.next === undefined ? {} : { next_expected_at: header.next.toISOString() }),
    observer_suspect: isObserverSuspect(cells),
    summary: summarize(cells),
    cells: cells.toSorted((a, b) => (a.mission_id < b.mission_id ? -1 : 1)),
    ignored: ignored.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** Counts cells by status; resting ones are counted as healthy too. */
export function summarize(cells: readonly ReportCell[]): Summary {
  const summary = {
    total: cells.length,
    healthy: 0,
    stale: 0,
    incomplete: 0,
    uninitialized: 0,
    resting: 0,
  };
  for (const cell of cells) {
    summary[cell.status] += 1;
    if (isResting(cell)) summary.resting += 1;
  }
  return summary;
}

const SUSPECT_CELLS = 5;
const SUSPECT_PERCENT = 55;
const SUSPECT_WINDOW_MS = 60_000;

/**
 * True when so many cells fell silent within one minute that the watcher, the disk or the
 * host is the likelier culprit: at least 5, and at least 55 % of those expected to beat.
 * Cells that have been silent for longer neither make nor hide such a moment.
 */
export function isObserverSuspect(cells: readonly ReportCell[]): boolean {
  const expected = cells.filter((cell) => cell.limit_seconds !== null);
  const deadlines = expected
    .filter((cell) => cell.problems[0]?.code === "heartbeat-old")
    .map(deadline);
  deadlines.sort((a, b) => a - b);
  const enough = Math.max(SUSPECT_CELLS, Math.ceil((SUSPECT_PERCENT * expected.length) / 100));
  return deadlines.some(
    (last, at) => last - (deadlines[at - enough + 1] ?? Number.NaN) <= SUSPECT_WINDOW_MS,
  );
}

/** When a cell's limit ran out, in milliseconds since 1970. */
const deadline = (cell: ReportCell): number =>
  (parseTimestamp(cell.last_heartbeat ?? "") ?? Number.NaN) + (cell.limit_seconds ?? 0) * 1000;

function boundedLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(labels).slice(0, LABELS_LIMIT);
  return Object.fromEntries(
    kept.map(([name, value]) => [shortened(name, LABEL_LIMIT), shortened(value, LABEL_LIMIT)]),
  );
}

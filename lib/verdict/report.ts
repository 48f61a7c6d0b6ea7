/**
 * Builds a report from verdicts.
 *
 * @module
 */
import { type CellFacts, valueOf } from "../contract/facts.ts";
import type { Heartbeat } from "../contract/heartbeat.ts";
import type { Ignored } from "../contract/ignored.ts";
import { LABEL_LIMIT } from "../contract/mission.ts";
import type { Report, ReportCell, Suspicion } from "../contract/report.ts";
import { defined } from "../base/defined.ts";
import { formatTimestamp, parseTimestamp } from "../base/time.ts";
import { beatTime } from "./age-limit.ts";
import type { Verdict } from "./classify.ts";
import { boundedText, evidenceFrom, TEXT_LIMIT } from "./evidence.ts";
import { summarize } from "./summary.ts";
import { shortened } from "../base/printable.ts";

/** The most characters of a title, and the most labels, so that no cell can bloat the report. */
const TITLE_LIMIT = 200;
const LABELS_LIMIT = 32;

/** Shared by the cells that have none: a daemon keeps many thousand cells. */
const NO_LABELS: ReportCell["labels"] = Object.freeze({});
const NO_PROBLEMS = Object.freeze([]) as unknown as ReportCell["problems"];

/** A cell's entry in the report. */
export function reportCell(facts: CellFacts, verdict: Verdict): ReportCell {
  const mission = valueOf(facts.mission);
  const beat = valueOf(facts.heartbeat);
  const { expectedMs, status, attention, age_seconds, limit_seconds, problems } = verdict;
  const last_heartbeat = beat === undefined ? null : beatTime(beat);
  return {
    mission_id: facts.id,
    title: boundedText(mission?.title, TITLE_LIMIT),
    owner: boundedText(mission?.owner),
    labels: mission?.labels === undefined ? NO_LABELS : boundedLabels(mission.labels),
    source: boundedText(mission?.source),
    status,
    attention,
    mission_status: mission?.status ?? null,
    state: beat?.state ?? null,
    message: boundedText(beat?.message),
    progress: beat?.progress === undefined ? null : progressOf(beat.progress),
    activity: beat?.activity === undefined ? null : activityOf(beat.activity),
    last_heartbeat,
    // Nearly always the same moment, which is formatted already.
    expected_since:
      expectedMs === parseTimestamp(last_heartbeat ?? "")
        ? last_heartbeat
        : expectedTime(expectedMs),
    age_seconds,
    limit_seconds,
    evidence: evidenceFrom(facts, verdict.row),
    problems: problems.length === 0 ? NO_PROBLEMS : [...problems],
  };
}

const expectedTime = (expectedMs: number | null): string | null =>
  expectedMs === null ? null : (formatTimestamp(expectedMs) ?? null);

const progressOf = ({
  done,
  total,
  note,
}: NonNullable<Heartbeat["progress"]>): ReportCell["progress"] => ({
  done,
  total: total ?? null,
  note: boundedText(note),
});

const activityOf = ({
  what,
  expect_seconds,
}: NonNullable<Heartbeat["activity"]>): ReportCell["activity"] => ({
  what: shortened(what, TEXT_LIMIT),
  expect_seconds,
});

export interface ReportHeader {
  readonly now: Date;
  readonly host: string;
  readonly root: string;
  readonly duration_ms: number;
  /** When the next report is due, if there is a schedule. */
  readonly next?: Date;
  /** Why the observer, its disk or its host may be at fault. */
  readonly suspicion?: Suspicion | undefined;
  readonly hold?: Report["hold"];
}

/** Builds a report with sorted cells, so that the same state always gives the same text. */
export function buildReport(
  header: ReportHeader,
  cells: readonly ReportCell[],
  ignored: readonly Ignored[],
): Report {
  return {
    schema_version: 2,
    generated_at: header.now.toISOString(),
    host: header.host,
    root: header.root,
    duration_ms: Math.round(header.duration_ms),
    ...defined({ next_expected_at: header.next?.toISOString() }),
    ...defined({ suspicion: header.suspicion, hold: header.hold }),
    summary: summarize(cells),
    cells: sortedCells(cells),
    ignored: ignored.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** Sorted by id. Most lists are sorted already, and to see that takes less time than to sort. */
function sortedCells(cells: readonly ReportCell[]): ReportCell[] {
  const isSorted = cells.every(
    ({ mission_id }, at) => at === 0 || (cells[at - 1]?.mission_id ?? "") < mission_id,
  );
  return isSorted ? [...cells] : cells.toSorted((a, b) => (a.mission_id < b.mission_id ? -1 : 1));
}

function boundedLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(labels).slice(0, LABELS_LIMIT);
  return Object.fromEntries(
    entries.map(([name, value]) => [shortened(name, LABEL_LIMIT), shortened(value, LABEL_LIMIT)]),
  );
}

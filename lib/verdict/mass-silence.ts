/**
 * Mass silence: one moment explains why many cells stopped beating, whatever their intervals,
 * phases and activities.
 *
 * @module
 */
import { parseTimestamp } from "../base/time.ts";
import { IDLE_STATE, STUCK_STATE, WAITING_STATE } from "../contract/heartbeat.ts";
import type { ProblemCode, ReportCell } from "../contract/report.ts";
import { isFinal } from "./final.ts";
import { type MomentCounts, momentCounts, type Silence, ascending } from "./moment-counts.ts";
import type { Rhythm } from "./rhythm.ts";

/** A cell and its rhythm, which is undefined if it has never beaten. */
export interface RhythmicCell {
  readonly cell: Pick<
    ReportCell,
    | "mission_id"
    | "expected_since"
    | "limit_seconds"
    | "problems"
    | "state"
    | "progress"
    | "activity"
  >;
  readonly rhythm: Rhythm | undefined;
}

/** The cells that fell silent at one moment. */
export interface MassSilence {
  readonly ids: ReadonlySet<string>;
  /** The number of cells whose beat was due since that moment, including these. */
  readonly due: number;
  readonly momentMs: number;
  /** When a scan could first show it: enough beats were missing, and a cell was past its limit. */
  readonly visibleMs: number;
}

const MIN_CELLS = 5;
const MIN_PERCENT = 55;
/** The minimum where fewer than `MIN_CELLS` were due: then all of these must be silent. */
const MIN_OF_FEW_CELLS = 2;
/** A beat may be this late without being missing: a fraction of the interval, and milliseconds. */
const LATE_FACTOR = 0.1;
const LATE_MS = 1000;

/** States in which an agent may be silent; one that is stuck may beat at its next event only. */
const SILENT_STATES: readonly string[] = [WAITING_STATE, IDLE_STATE, STUCK_STATE];

/** Problems of a cell whose silence has another cause, or that has never beaten. */
const OTHER_CAUSES: readonly ProblemCode[] = [
  "crashed",
  "exited",
  "process-gone",
  "never-beat",
  "heartbeat-ahead",
];

/**
 * Finds the moment at which the most cells may have fallen silent: each between its last beat and
 * the next one that was due. They must be at least 55 % of the cells whose beat was due since then,
 * and at least 5; where fewer than 5 were due, all of them, and at least 2, each of which had beaten
 * more than once. At least one must be stale. Undefined if there is no such moment.
 *
 * Cells that fell silent before that moment, and cells whose next beat is not due yet, do not count:
 * they show nothing about it.
 */
export function findMassSilence(
  cells: Iterable<RhythmicCell>,
  nowMs: number,
): MassSilence | undefined {
  const tally = newSilenceTally();
  for (const each of cells) tallySilence(tally, each, nowMs);
  return massSilenceIn(tally);
}

/** What a mass silence depends on, gathered cell by cell, so that the cells need not be kept. */
export interface SilenceTally {
  /** A cell is past its limit: without one there is no mass silence. */
  hasOld: boolean;
  /** The last beats of all cells that count, in milliseconds since 1970. */
  readonly lastBeats: number[];
  readonly silences: Silence[];
}

export const newSilenceTally = (): SilenceTally => ({
  hasOld: false,
  lastBeats: [],
  silences: [],
});

/** Adds a cell to the tally. */
export function tallySilence(tally: SilenceTally, rhythmic: RhythmicCell, nowMs: number): void {
  tally.hasOld ||= isOld(rhythmic.cell);
  const counted = countedCell(rhythmic, nowMs);
  if (counted === undefined) return;
  tally.lastBeats.push(counted.lastMs);
  if (counted.silence !== undefined) tally.silences.push(counted.silence);
}

/** The moment at which the most cells of the tally may have fallen silent, as `findMassSilence`. */
export function massSilenceIn({
  hasOld,
  lastBeats,
  silences,
}: SilenceTally): MassSilence | undefined {
  // Where no cell is past its limit, which is most of the time, nothing has to be sorted.
  if (!hasOld) return undefined;
  const countsAt = momentCounts(lastBeats, silences);
  let best: { momentMs: number; silent: number; due: number } | undefined;
  for (const { fromMs: momentMs } of silences) {
    const counts = countsAt(momentMs);
    if (isMass(counts) && counts.silent > (best?.silent ?? 0)) best = { momentMs, ...counts };
  }
  if (best === undefined) return undefined;
  const { momentMs, due } = best;
  const covered = silences.filter(({ fromMs, toMs }) => fromMs <= momentMs && momentMs <= toMs);
  const ids = new Set(covered.map(({ id }) => id));
  return { ids, due, momentMs, visibleMs: visibleFrom(covered, due) };
}

const isOld = ({ problems }: RhythmicCell["cell"]): boolean =>
  problems.some(({ code }) => code === "heartbeat-old");

/** The number of silent cells that make a mass silence, where beats of `due` cells were due. */
const minimumSilent = (due: number): number =>
  due < MIN_CELLS
    ? Math.max(MIN_OF_FEW_CELLS, due)
    : Math.max(MIN_CELLS, Math.ceil((MIN_PERCENT * due) / 100));

function visibleFrom(covered: readonly Silence[], due: number): number {
  const dueTimes = ascending(covered.map(({ dueMs }) => dueMs));
  const staleTimes = ascending(covered.map(({ staleMs }) => staleMs));
  return Math.max(dueTimes[minimumSilent(due) - 1] ?? Infinity, staleTimes[0] ?? Infinity);
}

/** The last beat of a cell that counts, and its silence if a beat is missing. */
function countedCell(
  { cell, rhythm }: RhythmicCell,
  nowMs: number,
): { lastMs: number; silence: Silence | undefined } | undefined {
  if (rhythm === undefined || cell.problems.some(({ code }) => OTHER_CAUSES.includes(code)))
    return undefined;
  const { lastMs, dueMs, isSingle } = rhythm;
  if (lastMs > nowMs) return undefined;
  const isStale = isOld(cell);
  const mayBeSilent = SILENT_STATES.includes(cell.state ?? "") || isFinal(cell);
  if (!isStale && (mayBeSilent || nowMs <= dueMs)) return { lastMs, silence: undefined };
  const toMs = Math.floor(dueMs + LATE_FACTOR * (dueMs - lastMs) + LATE_MS);
  const since = parseTimestamp(cell.expected_since ?? "") ?? lastMs;
  const staleMs = isStale ? since + 1000 * (cell.limit_seconds ?? 0) : Infinity;
  const silence = { id: cell.mission_id, fromMs: lastMs, toMs, dueMs, staleMs, isSingle };
  return { lastMs, silence };
}

function isMass({ silent, stale, single, due }: MomentCounts): boolean {
  return stale > 0 && silent >= minimumSilent(due) && (due >= MIN_CELLS || single === 0);
}

/**
 * What a report says of all its cells together, gathered cell by cell.
 *
 * @module
 */
import type { ReportCell, Summary } from "../contract/report.ts";
import { newSilenceTally, type SilenceTally, tallySilence } from "./mass-silence.ts";
import type { Rhythm } from "./rhythm.ts";
import { countCell, newSummary } from "./summary.ts";

/** Counts that stand for cells which are not kept: a few bytes for each. */
export interface Tally {
  readonly summary: Summary;
  readonly silence: SilenceTally;
}

/** A judged cell, and its rhythm, which is undefined if it has never beaten. */
export interface ScannedCell {
  readonly cell: ReportCell;
  readonly rhythm: Rhythm | undefined;
}

export const newTally = (): Tally => ({ summary: newSummary(), silence: newSilenceTally() });

/** Adds a cell to a tally. */
export function tallyCell(tally: Tally, judged: ScannedCell, nowMs: number): void {
  countCell(tally.summary, judged.cell);
  tallySilence(tally.silence, judged, nowMs);
}

/** Adds the counts of `more` to `tally`. */
export function addTally({ summary, silence }: Tally, more: Tally): void {
  for (const key of Object.keys(summary) as (keyof Summary)[]) summary[key] += more.summary[key];
  silence.hasOld ||= more.silence.hasOld;
  silence.lastBeats.push(...more.silence.lastBeats);
  silence.silences.push(...more.silence.silences);
}

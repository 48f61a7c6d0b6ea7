/**
 * What the witnesses of a cell reported, as a report shows it.
 *
 * @module
 */
import { shortened } from "../base/printable.ts";
import { inUtc } from "../base/time.ts";
import { type CellFacts, valueOf } from "../contract/facts.ts";
import type { RecordedExit } from "../contract/heartbeat.ts";
import type { Evidence } from "../contract/report.ts";
import type { Row } from "./rows.ts";

/** The most characters of a text that a report takes from a cell. */
export const TEXT_LIMIT = 200;

/** A text from a cell, shortened; null without one. */
export const boundedText = (text: string | undefined, limit = TEXT_LIMIT): string | null =>
  text === undefined ? null : shortened(text, limit);

/** What the witnesses of a cell reported. */
export function evidenceFrom(facts: CellFacts, row: Row): Evidence {
  const beat = valueOf(facts.heartbeat);
  return {
    process: row === "process-gone" ? "gone" : processEvidence(facts),
    exit: beat?.exit === undefined ? null : endOf(beat.exit),
    host: boundedText(beat?.host),
  };
}

const endOf = ({ code, signal, at }: RecordedExit): Evidence["exit"] => ({
  code: code ?? null,
  signal: boundedText(signal),
  at: inUtc(at),
});

/** The process of another boot is unknown: the beat may be another host's. */
function processEvidence({ processWitness }: CellFacts): Evidence["process"] {
  if (processWitness === undefined) return null;
  return processWitness.seen === "other-boot" ? "unknown" : processWitness.seen;
}

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

const NOTHING: Evidence = Object.freeze({ process: null, exit: null, host: null });

/** What the witnesses of a cell reported; often the same object as that of another cell. */
export function evidenceFrom(facts: CellFacts, row: Row): Evidence {
  const beat = valueOf(facts.heartbeat);
  if (beat === undefined) return NOTHING;
  const process = row === "process-gone" ? "gone" : processEvidence(facts);
  const host = boundedText(beat.host);
  if (beat.exit !== undefined) return { process, exit: endOf(beat.exit), host };
  const last = lastByProcess.get(process);
  return last?.host === host ? last : withoutExit(process, host);
}

/** The last evidence without an exit. Most beats of a root name one host, so that their cells share it. */
const lastByProcess = new Map<Evidence["process"], Evidence>();

function withoutExit(process: Evidence["process"], host: string | null): Evidence {
  const evidence = Object.freeze({ process, exit: null, host });
  lastByProcess.set(process, evidence);
  return evidence;
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

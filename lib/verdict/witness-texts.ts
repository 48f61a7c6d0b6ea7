/**
 * What each witness reported about a cell, as text for `scan --explain`.
 *
 * @module
 */
import { describeDuration } from "../base/duration.ts";
import { formatTimestamp } from "../base/time.ts";
import { type CellFacts, valueOf } from "../contract/facts.ts";
import type { Heartbeat } from "../contract/heartbeat.ts";
import type { Suspicion } from "../contract/report.ts";
import { beatTime, expectsBeat } from "./age-limit.ts";
import type { Verdict } from "./classify.ts";
import { boundedText } from "./evidence.ts";
import { contractParts } from "./problems.ts";
import { type Row, WITNESSES } from "./rows.ts";
import { exitText, OTHER_BOOT } from "./stale-problems.ts";

/** Without a beat, nothing is known of what it would have said. */
const NO_BEAT = "unknown: there is no beat that can be read";

/** What each witness reported, by its name. */
export function witnessTexts(
  facts: CellFacts,
  verdict: Verdict,
  suspicion: Suspicion | undefined,
): Record<string, string> {
  const beat = valueOf(facts.heartbeat);
  return {
    contract: soundnessText(facts),
    beat: beat === undefined ? NO_BEAT : beatText(beat, verdict.age_seconds),
    process: beat === undefined ? NO_BEAT : processText(facts, beat, verdict.age_seconds),
    exit: beat === undefined ? NO_BEAT : exitTextOf(beat),
    expectation: expectationText(facts, verdict),
    host: hostText(beat, suspicion),
  };
}

const exitTextOf = ({ exit }: Heartbeat): string =>
  exit === undefined ? "none recorded" : exitText(exit);

/** The host of the beat, and why this host rather than the agent may be at fault. */
function hostText(beat: Heartbeat | undefined, suspicion: Suspicion | undefined): string {
  const host =
    beat === undefined ? NO_BEAT : (boundedText(beat.host) ?? "not named in the last beat");
  return suspicion === undefined
    ? host
    : `${host}; suspicion ${suspicion.cause}: ${suspicion.text}`;
}

function soundnessText(facts: CellFacts): string {
  const parts = contractParts(facts);
  const sound = parts.filter(({ outcome }) => outcome === "read" || outcome === "found").length;
  return `${sound} of ${parts.length} parts are sound; mission ${valueOf(facts.mission)?.status ?? "unknown"}`;
}

const beatText = (beat: Heartbeat, age: number | null): string =>
  `${beatTime(beat)}, state ${beat.state}, age ${inSeconds(age)}`;

function processText({ processWitness }: CellFacts, beat: Heartbeat, age: number | null): string {
  if (processWitness === undefined || beat.process === undefined)
    return "the last beat vouches for no process";
  const name = `process ${beat.process.pid}`;
  const { seen } = processWitness;
  if (seen === "unknown") return `${name}: unknown, ${processWitness.why}`;
  if (seen === "alive" && processWitness.isStopped === true) return `${name}: alive, but stopped`;
  if (seen !== "other-boot") return `${name}: ${seen}`;
  return (age ?? 0) > processWitness.uptimeSeconds
    ? `${name}: its beat was written before this host booted`
    : `${name}: unknown, ${OTHER_BOOT}`;
}

function expectationText(facts: CellFacts, { row, expectedMs, limit_seconds }: Verdict): string {
  if (expectedMs === null)
    return isUnjudged(facts, row) ? "unknown: the cell is incomplete" : "no beat is expected";
  return `a beat has been expected since ${formatTimestamp(expectedMs) ?? "unknown"}, limit ${inSeconds(limit_seconds)}`;
}

/** True if a beat may be expected, but the row decided before the beat was judged. */
function isUnjudged(facts: CellFacts, row: Row): boolean {
  const mission = valueOf(facts.mission);
  return WITNESSES[row] === "contract" && (mission === undefined || expectsBeat(mission));
}

/** Seconds with their amount in words. */
export const inSeconds = (seconds: number | null): string =>
  seconds === null ? "none" : `${seconds} s (${describeDuration(seconds)})`;

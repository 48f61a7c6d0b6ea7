/**
 * What the rows for a sound cell that is expected to beat depend on.
 *
 * @module
 */
import type { CellFacts } from "../contract/facts.ts";
import type { Heartbeat } from "../contract/heartbeat.ts";
import type { Mission } from "../contract/mission.ts";
import type { Limits } from "../contract/settings.ts";
import { ageInSeconds, ageLimit, expectedSince, waitsUntil } from "./age-limit.ts";
import { zoneText } from "./stale-problems.ts";

/** What the rules for a sound cell depend on. Times in milliseconds since 1970 or seconds. */
export interface BeatContext {
  readonly facts: CellFacts;
  readonly beat: Heartbeat;
  readonly mission: Mission;
  readonly limits: Limits;
  readonly now: Date;
  readonly age: number;
  readonly expectedMs: number;
  readonly silence: number;
  /** The longest silence that is allowed: the age limit, or until the wait ends if that is later. */
  readonly limit: number;
  /** The problem's text if the agent stamps its beats in another time zone. */
  readonly zone: string | undefined;
}

/** Gathers what the rules depend on. */
export function beatContext(
  facts: CellFacts,
  beat: Heartbeat,
  mission: Mission,
  { limits, now }: Pick<BeatContext, "limits" | "now">,
): BeatContext {
  const expectedMs = expectedSince(mission, beat, now);
  const wait = waitsUntil(beat, limits);
  const writtenMs = facts.heartbeat.outcome === "read" ? facts.heartbeat.writtenMs : undefined;
  return {
    facts,
    beat,
    mission,
    limits,
    now,
    age: ageInSeconds(beat, now),
    expectedMs,
    silence: (now.getTime() - expectedMs) / 1000,
    limit: Math.max(ageLimit(facts, limits), wait === undefined ? 0 : (wait - expectedMs) / 1000),
    zone: zoneText(beat, writtenMs, now),
  };
}

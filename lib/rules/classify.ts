/**
 * The health rules: facts about a cell, the operator's policy and the time in; a verdict out.
 *
 * | row             | when                                                               |
 * | --------------- | ------------------------------------------------------------------ |
 * | `uninitialized` | none of the four files is there, and everything could be looked at |
 * | `incomplete`    | a part is absent, broken, or contradicts another                   |
 * | `resting`       | the contract holds and no beat is expected: paused, or ended       |
 * | `stale`         | the last beat is too old, or lies in the future                    |
 * | `healthy`       | none of the above                                                  |
 *
 * The rows are tried from the top; a resting cell's status is `healthy`. Pure: the same
 * facts give the same verdict.
 *
 * @module
 */
import { CELL_DIRS } from "../schemas/cell.ts";
import { type CellFacts, valueOf } from "../schemas/facts.ts";
import { type Heartbeat, LAST_STATE, SEED_STATE } from "../schemas/heartbeat.ts";
import { isTerminal, type Mission } from "../schemas/mission.ts";
import type { Problem, Status } from "../schemas/report.ts";
import type { Policy } from "../schemas/settings.ts";
import { parseTimestamp } from "../schemas/time.ts";
import { describeDuration } from "./duration.ts";
import { contractProblems, problem } from "./problems.ts";

/** The rows of the table above, with the words in which `scan --explain` shows them. */
export const ROWS = {
  uninitialized: "none of the four files is there, and everything could be looked at",
  incomplete: "a part is absent, broken, or contradicts another",
  resting: "the contract holds and no beat is expected: the mission is paused or has ended",
  stale:
    "the contract holds, a beat is expected, and the last one is too old or ahead of the clock",
  healthy: "the contract holds and the last beat is fresh",
} as const;
export type Row = keyof typeof ROWS;

export interface Verdict {
  readonly status: Status;
  /** The row of the table that decided. */
  readonly row: Row;
  readonly problems: readonly Problem[];
  /** Seconds since the last beat, negative when it lies ahead; null when there is none. */
  readonly age_seconds: number | null;
  /** The age at which this cell turns stale; null where no beat is expected. */
  readonly limit_seconds: number | null;
}

/** Judges one cell as of `now`. */
export function classify(facts: CellFacts, policy: Policy, now: Date): Verdict {
  const beat = valueOf(facts.heartbeat);
  const age = beat === undefined ? null : ageInSeconds(beat, now);
  const broken = contractProblems(facts);
  const mission = valueOf(facts.mission);
  if (broken.length > 0 || beat === undefined || age === null || mission === undefined) {
    const row = isUninitialized(facts) ? "uninitialized" : "incomplete";
    return { status: row, row, problems: broken, age_seconds: age, limit_seconds: null };
  }
  if (!expectsBeat(mission)) {
    return {
      status: "healthy",
      row: "resting",
      problems: [],
      age_seconds: age,
      limit_seconds: null,
    };
  }
  const limit = ageLimit(facts, policy);
  const late = heartbeatProblems(beat, facts.heartbeat.path, age, limit, policy);
  const row = late.length > 0 ? "stale" : "healthy";
  return { status: row, row, problems: late, age_seconds: age, limit_seconds: limit };
}

/** True while silence means something: neither paused nor ended. */
export const expectsBeat = ({ status }: Mission): boolean =>
  status !== "paused" && !isTerminal(status);

/** The age limit of an agent that means to beat every `interval` seconds. */
export const limitOf = (interval: number): number => 4 * interval;

/**
 * The age in seconds at which a cell turns stale: the cell's own wish, else four beats of
 * the interval it announced, else the configured limit; and as much longer as the activity
 * it named may take. The operator's bounds hold what the agent asked for.
 */
export function ageLimit(facts: Pick<CellFacts, "config" | "heartbeat">, policy: Policy): number {
  const beat = valueOf(facts.heartbeat);
  const interval = beat?.interval_seconds;
  const wish =
    valueOf(facts.config)?.stale_after_seconds ??
    (interval === undefined ? undefined : limitOf(interval));
  const limit = (wish ?? policy.stale_after_seconds) + (beat?.activity?.expect_seconds ?? 0);
  return Math.min(Math.max(limit, policy.min_stale_after_seconds), policy.max_stale_after_seconds);
}

/** Seconds from a beat to `now`; negative when the beat lies in the future. */
export const ageInSeconds = (beat: Heartbeat, now: Date): number =>
  (now.getTime() - (parseTimestamp(beat.timestamp) ?? Number.NaN)) / 1000;

/** When a beat was written, as we write times: whatever zone and precision the agent used. */
export function momentOf({ timestamp }: Heartbeat): string {
  const moment = parseTimestamp(timestamp);
  return moment === undefined ? timestamp : new Date(moment).toISOString();
}

/** True while the heartbeat is still the one that init-cell wrote. */
const isSeed = (beat: Heartbeat): boolean => beat.state === SEED_STATE && (beat.seq ?? 0) === 0;

function heartbeatProblems(
  beat: Heartbeat,
  path: string,
  age: number,
  limit: number,
  policy: Policy,
): Problem[] {
  const freshness = freshnessOf(age, limit, policy);
  if (freshness === "fresh") return [];
  const [code, text] = freshness === "ahead" ? aheadness(beat) : lateness(beat, limit);
  return [problem(code, path, text)];
}

/** What an age says, in seconds. Written so that no number at all (NaN) is old, never fresh. */
export function freshnessOf(age: number, limit: number, policy: Policy): "fresh" | "old" | "ahead" {
  if (age < -policy.allowed_skew_seconds) return "ahead";
  return age <= limit ? "fresh" : "old";
}

// The words name moments, not ages: so they stay the same for as long as the problem does.

const aheadness = (beat: Heartbeat) =>
  [
    "heartbeat-ahead",
    `the last beat lies in the future, at ${momentOf(beat)}: check this host's clock and the agent's`,
  ] as const;

function lateness(beat: Heartbeat, limit: number) {
  const since = momentOf(beat);
  const allowed = `the limit is ${describeDuration(limit)}`;
  if (isSeed(beat))
    return ["never-beat", `no beat yet since the cell was made at ${since}: ${allowed}`] as const;
  if (beat.state === LAST_STATE)
    return ["exited", `the agent said at ${since} that it was exiting`] as const;
  return ["heartbeat-old", `no beat since ${since}: ${allowed}`] as const;
}

/** None of the four files is there, and nothing was met that could hide one. */
function isUninitialized({ self, dirs, mission, config, heartbeat, log }: CellFacts): boolean {
  if (self.outcome !== "found") return false;
  const plain = CELL_DIRS.every(
    (dir) => dirs[dir].outcome === "found" || dirs[dir].outcome === "absent",
  );
  return plain && [mission, config, heartbeat, log].every(({ outcome }) => outcome === "absent");
}

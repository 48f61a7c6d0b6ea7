/**
 * The health rules: from facts about a cell, the operator's limits and the time to a verdict. All
 * programs, the page and the metrics show this verdict.
 *
 * The table is in rows.ts; the first matching row decides. Pure: the same facts give the same
 * verdict.
 *
 * @module
 */
import { CELL_DIRS } from "../contract/cell.ts";
import { type CellFacts, valueOf } from "../contract/facts.ts";
import type { Mission } from "../contract/mission.ts";
import type { Attention, Problem, ProblemCode, Status } from "../contract/report.ts";
import type { Limits } from "../contract/settings.ts";
import { ageInSeconds, expectsBeat } from "./age-limit.ts";
import { attentionFor } from "./attention.ts";
import { type BeatContext, beatContext } from "./beat-context.ts";
import { hasLastedTooLong, matchingRow } from "./beat-rows.ts";
import { type FreshBeat, freshBeatOf } from "./fresh-beat.ts";
import { contractProblems, lossProblems, problem } from "./problems.ts";
import { otherWriter } from "./two-writers.ts";
import type { Row } from "./rows.ts";

export interface Verdict {
  readonly status: Status;
  /** The row of the table that decided. */
  readonly row: Row;
  readonly attention: Attention;
  readonly problems: readonly Problem[];
  /** Since when a beat has been expected, in milliseconds since 1970; null where none is. */
  readonly expectedMs: number | null;
  /** Seconds since the last beat, negative if it lies in the future; null without one. */
  readonly age_seconds: number | null;
  /** For how long this cell may be silent; null where no beat is expected. */
  readonly limit_seconds: number | null;
}

/** Judges one cell as of `now`. */
export function classify(facts: CellFacts, limits: Limits, now: Date): Verdict {
  const fresh = freshBeatOf(facts, limits, now);
  return fresh === undefined ? classifyByTable(facts, limits, now) : healthyWith(fresh);
}

const healthyWith = ({ expectedMs, age, limit }: FreshBeat): Verdict => ({
  row: "healthy",
  status: "healthy",
  attention: "none",
  problems: [],
  expectedMs,
  age_seconds: age,
  limit_seconds: limit,
});

/** Judges one cell by the rows of the table. */
export function classifyByTable(facts: CellFacts, limits: Limits, now: Date): Verdict {
  const judged = judge(facts, limits, now);
  const { row, status, isOverdue, expectedMs, age_seconds, limit_seconds } = judged;
  const problems = withLosses(facts, judged.problems);
  const isFailed = isUnacknowledged(valueOf(facts.mission));
  const attention = attentionFor({ row, status, problems, isFailed, isOverdue });
  // Written out rather than spread: a scan makes ten thousand of these.
  return { row, status, attention, problems, expectedMs, age_seconds, limit_seconds };
}

const withLosses = (facts: CellFacts, problems: readonly Problem[]): readonly Problem[] =>
  facts.lostClone === undefined ? problems : [...problems, ...lossProblems(facts)];

/** True for a failed mission that nobody has acknowledged yet. */
const isUnacknowledged = (mission: Mission | undefined): boolean =>
  mission?.status === "failed" && mission.acknowledged_at === undefined;

/** A verdict without its attention. */
interface Judgement extends Omit<Verdict, "attention"> {
  /** The agent has been stuck or idle for longer than the operator's limits. */
  readonly isOverdue: boolean;
}

function judge(facts: CellFacts, limits: Limits, now: Date): Judgement {
  const beat = valueOf(facts.heartbeat);
  const age = beat === undefined ? null : ageInSeconds(beat, now);
  const broken = contractProblems(facts);
  const mission = valueOf(facts.mission);
  if (broken.length > 0 || beat === undefined || age === null || mission === undefined)
    return withoutBeat(isUninitialized(facts) ? "uninitialized" : "incomplete", age, broken);
  if (!expectsBeat(mission)) return withoutBeat("resting", age, []);
  return judgeBeat(beatContext(facts, beat, mission, { limits, now }));
}

/** The verdict on a cell that is not expected to beat. */
const withoutBeat = (
  row: "uninitialized" | "incomplete" | "resting",
  age: number | null,
  problems: readonly Problem[],
): Judgement => ({
  status: row === "resting" ? "healthy" : row,
  row,
  problems,
  expectedMs: null,
  age_seconds: age,
  limit_seconds: null,
  isOverdue: false,
});

/** The verdict on a sound cell that is expected to beat. */
function judgeBeat(context: BeatContext): Judgement {
  const { facts, expectedMs, age, limit } = context;
  const [row, text] = matchingRow(context);
  const problems = otherWriter(context);
  if (text !== undefined) problems.unshift(problem(row as ProblemCode, facts.heartbeat.path, text));
  const isIdle = row === "idle";
  return {
    status: text === undefined ? "healthy" : "stale",
    row,
    problems,
    expectedMs: isIdle ? null : expectedMs,
    age_seconds: age,
    limit_seconds: isIdle ? null : limit,
    isOverdue: hasLastedTooLong(row, context),
  };
}

/** None of the four files exists, and no broken directory could hide one. */
function isUninitialized({ self, dirs, mission, config, heartbeat, log }: CellFacts): boolean {
  if (self.outcome !== "found") return false;
  const areAccessible = CELL_DIRS.every(
    (dir) => dirs[dir].outcome === "found" || dirs[dir].outcome === "absent",
  );
  const files = [mission, config, heartbeat, log];
  return areAccessible && files.every(({ outcome }) => outcome === "absent");
}

/**
 * Restarts the watch over silent cells after the clock was set, the host was suspended or the disk
 * was full: living agents then need time to beat again.
 *
 * @module
 */
import type { ReportCell, Suspicion } from "../../../contract/report.ts";
import type { RhythmicCell } from "../../../verdict/mass-silence.ts";
import { firstStepOf, withStep } from "./clock-faults.ts";

/** A cell, and when this process first saw its last beat, in monotonic seconds. */
export interface WatchedCell extends RhythmicCell {
  readonly cell: ReportCell;
  readonly watchedSince: number;
}

/** A cause that restarted the watch, and when it did, in monotonic seconds. */
interface Restart extends Suspicion {
  readonly at: number;
}

export interface WatchRestarts {
  /** The last restart of each cause, for as long as it covers the silence of a cell. */
  readonly causes: readonly Restart[];
  /** When the clock was set, in monotonic seconds, sorted. */
  readonly steps: readonly number[];
  /** When the watch over all cells last restarted for another reason, in monotonic seconds. */
  readonly otherRestart: number;
}

export const NO_RESTARTS: WatchRestarts = { causes: [], steps: [], otherRestart: 0 };

/** What a round found: the causes that restart the watch, and whether another reason does. */
export interface RestartFacts {
  readonly now: number;
  readonly causes: readonly Suspicion[];
  readonly hasOtherReason: boolean;
  readonly cells: readonly WatchedCell[];
}

/** Applies a round. */
export function restartWatch(before: WatchRestarts, facts: RestartFacts): WatchRestarts {
  const { now, causes, hasOtherReason, cells } = facts;
  const added = causes.map((each) => ({ ...each, at: now }));
  const kept = before.causes.filter(({ cause }) => !causes.some((each) => each.cause === cause));
  const isStep = causes.some(({ cause }) => cause === "clock-step");
  const steps = isStep ? withStep(before.steps, now, longestLimit(cells)) : before.steps;
  const all = {
    causes: [...kept, ...added],
    steps,
    otherRestart: hasOtherReason ? now : before.otherRestart,
  };
  const [covering, over] = [true, false].map((isCovering) =>
    all.causes.filter((each) => covers(all, each, cells, now) === isCovering),
  ) as [Restart[], Restart[]];
  // Restarts by a set clock are kept as `steps`; those by other causes stay in `otherRestart`.
  const ends = over.filter(({ cause }) => cause !== "clock-step").map(({ at }) => at);
  return { ...all, causes: covering, otherRestart: Math.max(all.otherRestart, ...ends) };
}

/** The cause that covers the silence of a cell with this limit; undefined without one. */
export const restartCovering = (
  restarts: WatchRestarts,
  limit: number,
  now: number,
): Suspicion | undefined => {
  const found = restarts.causes.find((each) => now - startOf(restarts, each, limit) < limit);
  return found && { cause: found.cause, text: found.text };
};

/** When the watch over a cell with this age limit last restarted, in monotonic seconds. */
export const watchStart = (restarts: WatchRestarts, limit: number): number =>
  Math.max(restarts.otherRestart, ...restarts.causes.map((each) => startOf(restarts, each, limit)));

const startOf = ({ steps }: WatchRestarts, { cause, at }: Restart, limit: number): number =>
  cause === "clock-step" ? (firstStepOf(steps, limit) ?? at) : at;

/** True while the agent of some cell that has not beaten since may still be alive. */
const covers = (
  restarts: WatchRestarts,
  restart: Restart,
  cells: readonly WatchedCell[],
  now: number,
): boolean =>
  cells.some(({ cell: { limit_seconds: limit }, watchedSince }) => {
    if (limit === null || watchedSince > restart.at) return false;
    return now - startOf(restarts, restart, limit) < limit;
  });

const longestLimit = (cells: readonly WatchedCell[]): number =>
  cells.reduce((longest, { cell }) => Math.max(longest, cell.limit_seconds ?? 0), 0);

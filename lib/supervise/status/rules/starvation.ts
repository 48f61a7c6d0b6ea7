/**
 * Rounds that came late, because the host is overloaded or the daemon was stopped: agents may have
 * been late as well.
 *
 * A late round restarts the watch over silent cells, but a row of them restarts it only once:
 * otherwise a host on which every round is late would hide a death forever.
 *
 * @module
 */
import { describeDuration } from "../../../base/duration.ts";
import type { Suspicion } from "../../../contract/report.ts";
import { firstStepOf, withStep } from "./clock-faults.ts";
import type { WatchedCell } from "./watch-restart.ts";

export interface Starvation {
  /** This round was late; undefined if it was punctual. */
  readonly suspicion: Suspicion | undefined;
  /** Rounds have been late for longer than any age limit, so nothing is covered any more. */
  readonly isLasting: boolean;
  /** When each row of late rounds began, in monotonic seconds, sorted; and by the wall clock. */
  readonly rows: readonly number[];
  readonly since: string;
}

export const NOT_STARVED: Starvation = {
  suspicion: undefined,
  isLasting: false,
  rows: [],
  since: "",
};

/** What a round found. */
export interface Lateness {
  /** By how many seconds it came too late; undefined if it was punctual. */
  readonly late: number | undefined;
  /** Monotonic seconds, and the wall clock. */
  readonly now: number;
  readonly at: string;
  readonly cells: readonly WatchedCell[];
}

/** Applies a round. */
export function watchStarvation(
  before: Starvation,
  { late, now, at, cells }: Lateness,
): Starvation {
  if (late === undefined) return { ...before, suspicion: undefined, isLasting: false };
  const longest = cells.reduce((most, { cell }) => Math.max(most, cell.limit_seconds ?? 0), 0);
  // A round after a late one belongs to its row, however far apart they are.
  const isInRow = before.suspicion !== undefined;
  const rows = isInRow ? before.rows : withStep(before.rows, now, longest);
  const isJoined = isInRow || firstStepOf(rows, longest) !== now;
  const since = isJoined ? before.since : at;
  const isLasting = !covers(rows, longest, now);
  const text = isLasting ? lastingText(since) : lateText(late, at);
  return { suspicion: { cause: "starved", text }, isLasting, rows, since };
}

/** Since when a cell with this age limit is watched, because of late rounds; undefined without any. */
export const starvedSince = ({ rows }: Starvation, limit: number): number | undefined =>
  firstStepOf(rows, limit);

/** The suspicion, if it covers the silence of a cell with this age limit. */
export const starvationCovering = (
  { suspicion, rows }: Starvation,
  limit: number,
  now: number,
): Suspicion | undefined => (covers(rows, limit, now) ? suspicion : undefined);

/** True until a cell had its own age limit since the first late round: its agent had time to beat. */
const covers = (rows: readonly number[], limit: number, now: number): boolean =>
  now - (firstStepOf(rows, limit) ?? 0) < limit;

const lateText = (seconds: number, at: string): string =>
  `supervise could not scan for ${describeDuration(seconds)} until ${at}: this host is overloaded, or supervise was stopped`;

const lastingText = (since: string): string =>
  `the rounds of supervise have been late since ${since}: give this host more CPU; missions are revived all the same, and each later than usual`;

/**
 * Suspicions: reasons to believe that the observer, its disk or its host is at fault rather than the
 * agents. While a suspicion holds, what it covers causes no notification and no attempt.
 *
 * | cause           | covers                      | ends                                           |
 * | --------------- | --------------------------- | ---------------------------------------------- |
 * | `root-replaced` | everything                  | with the old root, or when a new one is accepted |
 * | `disk-full`     | silence                     | for each cell one age limit after there is room |
 * | `read-only`     | silence                     | the same                                       |
 * | `starved`       | silence                     | with the first round that is on time; for each |
 * |                 |                             | cell after one age limit at the latest         |
 * | `clock-step`    | silence                     | for each cell after one age limit              |
 * | `suspended`     | silence                     | the same                                       |
 * | `mass-silence`  | the silence that it explains | after ten minutes at the latest               |
 *
 * @module
 */
import type { ReportCell, Suspicion } from "../../../contract/report.ts";
import {
  coverOf,
  rootSuspicion,
  currentSuspicions,
  type SuspicionState,
} from "./suspicion-state.ts";
import { starvedSince } from "./starvation.ts";
import { type WatchedCell, watchStart } from "./watch-restart.ts";

/** The suspicions of a round. */
export interface RoundSuspicions {
  /** Those that hold, the most serious first. */
  readonly active: readonly Suspicion[];
  /** The one that a report names: one that holds now, or that covers a silent cell. */
  readonly reported: Suspicion | undefined;
  /** The one that covers every finding, even that a cell vanished. */
  readonly coveringAll: Suspicion | undefined;
  /** The one that covers the problems of a cell; undefined if they count. */
  readonly covers: (cell: ReportCell) => Suspicion | undefined;
  /** Since when a cell with this limit is watched at the earliest, in monotonic seconds. */
  readonly watchStart: (limit: number) => number;
}

/** The suspicions after a round. */
export function roundSuspicions(
  state: SuspicionState,
  cells: readonly WatchedCell[],
): RoundSuspicions {
  const covers = (cell: ReportCell) => coverOf(state, cell);
  const current = currentSuspicions(state);
  // A lasting one covers nothing any more, but is still reported.
  const isLasting = (cause: Suspicion["cause"]) =>
    cause === "starved" && state.starvation.isLasting;
  const restarted = state.restarts.causes.filter(
    ({ cause }) => !current.some((each) => each.cause === cause),
  );
  return {
    active: [...current, ...restarted.map(({ cause, text }) => ({ cause, text }))],
    reported: current.find(({ cause }) => !isLasting(cause)) ?? firstCover(cells, covers),
    coveringAll: rootSuspicion(state),
    covers,
    watchStart: (limit) =>
      Math.max(watchStart(state.restarts, limit), starvedSince(state.starvation, limit) ?? 0),
  };
}

function firstCover(
  cells: readonly WatchedCell[],
  covers: RoundSuspicions["covers"],
): Suspicion | undefined {
  for (const { cell } of cells) {
    const cover = cell.problems.length === 0 ? undefined : covers(cell);
    if (cover !== undefined) return cover;
  }
  return undefined;
}

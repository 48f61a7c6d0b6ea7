/**
 * The state of suspicions between rounds, and what they cover.
 *
 * @module
 */
import type { ReportCell, Suspicion } from "../../../contract/report.ts";
import { isSilent } from "../../../verdict/attention.ts";
import { type FileSystemFacts, fileSystemSuspicion } from "../../../verdict/suspicion.ts";
import { type ClockSample, clockFaults, stepText, suspendText } from "./clock-faults.ts";
import { type MassWatch, NO_MASS_SILENCE, watchMassSilence } from "./mass-watch.ts";
import { type RootFacts, type RootWatch, watchRoot } from "./root-watch.ts";
import { NOT_STARVED, type Starvation, starvationCovering, watchStarvation } from "./starvation.ts";
import {
  NO_RESTARTS,
  restartCovering,
  restartWatch,
  type WatchedCell,
  type WatchRestarts,
} from "./watch-restart.ts";

/** What a round found about the host, the root and its cells. */
export interface RoundFacts {
  readonly clocks: ClockSample;
  /** Seconds between rounds. */
  readonly interval: number;
  readonly fileSystem: FileSystemFacts;
  readonly root: Pick<RootFacts, "identity" | "acceptance">;
  /** The rounds before this one could not read the cells. */
  readonly isInterrupted: boolean;
  readonly cells: readonly WatchedCell[];
  /** Their ids, such as the keys of a map. */
  readonly ids: RootFacts["ids"];
}

/** The state of suspicions between rounds. */
export interface SuspicionState {
  readonly clocks: ClockSample | undefined;
  readonly root: RootWatch | undefined;
  readonly fileSystem: Suspicion | undefined;
  readonly starvation: Starvation;
  readonly restarts: WatchRestarts;
  readonly mass: MassWatch;
}

export const NO_SUSPICION: SuspicionState = {
  clocks: undefined,
  root: undefined,
  fileSystem: undefined,
  starvation: NOT_STARVED,
  restarts: NO_RESTARTS,
  mass: NO_MASS_SILENCE,
};

/** Applies what a round found. */
export function nextSuspicions(before: SuspicionState, facts: RoundFacts): SuspicionState {
  const { clocks, cells, ids } = facts;
  const expectsBeats = cells.some(({ cell }) => cell.limit_seconds !== null);
  const at = new Date(clocks.wallMs).toISOString();
  const { stepped, suspended, late } = clockFaults(before.clocks, clocks, facts.interval);
  const now = lastReadOf(facts);
  const root = watchRoot(before.root, { ...facts.root, ids, expectsBeats });
  const fileSystem = fileSystemSuspicion(facts.fileSystem);
  // Rounds without a root were on time, although they recorded no clocks.
  const lateBy = facts.isInterrupted ? undefined : late;
  const starvation = watchStarvation(before.starvation, { late: lateBy, now, at, cells });
  const restarts = restartWatch(before.restarts, {
    now,
    cells,
    hasOtherReason: facts.isInterrupted || isRootBack(before.root, root),
    causes: [
      suspicionIf("clock-step", stepped, stepText, at),
      suspicionIf("suspended", suspended, suspendText, at),
      before.fileSystem?.cause === fileSystem?.cause ? undefined : before.fileSystem,
    ].filter((each) => each !== undefined),
  });
  const state = { clocks, root, fileSystem, starvation, restarts, mass: NO_MASS_SILENCE };
  const isCovered = (cell: ReportCell) => coverOf(state, cell) !== undefined;
  return { ...state, mass: watchMassSilence(before.mass, cells, clocks, isCovered) };
}

/** When the last cell was read: what this round read may have been written before the restart. */
const lastReadOf = ({ clocks, cells }: RoundFacts): number =>
  cells.reduce((last, { watchedSince }) => Math.max(last, watchedSince), clocks.monotonic);

const suspicionIf = (
  cause: Suspicion["cause"],
  seconds: number | undefined,
  textOf: (seconds: number, at: string) => string,
  at: string,
): Suspicion | undefined =>
  seconds === undefined ? undefined : { cause, text: textOf(seconds, at) };

const isRootBack = (before: RootWatch | undefined, now: RootWatch): boolean =>
  before?.replacement !== undefined && now.replacement === undefined;

/** The suspicion that covers every finding; undefined if there is none. */
export const rootSuspicion = ({ root }: SuspicionState): Suspicion | undefined =>
  root?.replacement === undefined ? undefined : { cause: "root-replaced", text: root.replacement };

/** The suspicions whose cause exists now, the most serious first. */
export const currentSuspicions = (state: SuspicionState): Suspicion[] =>
  [rootSuspicion(state), state.fileSystem, state.starvation.suspicion, state.mass.suspicion].filter(
    (each) => each !== undefined,
  );

/** The suspicion that covers the problems of a cell; undefined if they count. */
export function coverOf(state: SuspicionState, cell: ReportCell): Suspicion | undefined {
  const { fileSystem, starvation, restarts, mass, clocks } = state;
  if (!isSilent(cell)) return rootSuspicion(state);
  const [limit, now] = [cell.limit_seconds ?? 0, clocks?.monotonic ?? 0];
  return (
    rootSuspicion(state) ??
    fileSystem ??
    starvationCovering(starvation, limit, now) ??
    restartCovering(restarts, limit, now) ??
    (mass.ids.has(cell.mission_id) ? mass.suspicion : undefined)
  );
}

/**
 * Debounces the findings about a cell: a change is confirmed once enough rounds in a row agree on
 * it, and not while the cell flaps, that is, keeps changing.
 *
 * @module
 */
import type { Settings } from "../../../contract/settings.ts";
import { type Finding, isSameFinding, isWell } from "./finding.ts";

/** The state of the debouncing of one cell between rounds. */
export interface DebounceState {
  readonly confirmed: Finding;
  /** The finding of the last round. */
  readonly seen: Finding;
  /** The number of the round in which `seen` last changed. */
  readonly turnedAt: number;
  /** How often `seen` changed until `turnedAt`: each change adds 1, and decays from then on. */
  readonly heat: number;
  readonly isFlapping: boolean;
}

/** How a round changed the confirmed state; `steady` ends `flapping`. */
export type ConfirmedChange = "changed" | "flapping" | "steady";

export interface Debounced {
  readonly state: DebounceState;
  readonly change: ConfirmedChange | undefined;
}

/** The factor by which heat decays each round: half-life 138 rounds. */
const DECAY_PER_ROUND = 0.995;
/** At this heat a cell flaps. One that changes at least every 36 rounds reaches it in the long run. */
const FLAPPING_HEAT = 6;
const MAX_HEAT = 8;
/** Flapping ends after this number of rounds without a change; the heat is then set to this. */
const STEADY_ROUNDS = 30;
const STEADY_HEAT = 3;

/** The state of a cell whose confirmed finding is `confirmed`. */
export const initialState = (confirmed: Finding): DebounceState => ({
  confirmed,
  seen: confirmed,
  turnedAt: 0,
  heat: 0,
  isFlapping: false,
});

/** Applies the finding of round number `round`. An unchanged state is returned as the same object. */
export function debounce(
  known: DebounceState,
  seen: Finding,
  round: number,
  settings: Pick<Settings, "fire_after" | "clear_after">,
): Debounced {
  const before = withCodes(known, seen);
  const state = isSameFinding(seen, before.seen) ? before : withChange(before, seen, round);
  if (state.isFlapping) return endFlapping(state, round);
  if (state.heat >= FLAPPING_HEAT)
    return { state: { ...state, isFlapping: true }, change: "flapping" };
  const needed = seen.status === "healthy" ? settings.clear_after : settings.fire_after;
  if (isSameFinding(seen, state.confirmed) || round - state.turnedAt + 1 < needed)
    return { state, change: undefined };
  return { state: { ...state, confirmed: seen }, change: "changed" };
}

/** Fills in the code for a status that an earlier release stored without one. */
function withCodes(before: DebounceState, seen: Finding): DebounceState {
  const [confirmed, last] = [before.confirmed, before.seen].map((each) =>
    each.code === undefined && each.status === seen.status ? seen : each,
  ) as [Finding, Finding];
  const isKnown = confirmed === before.confirmed && last === before.seen;
  return isKnown ? before : { ...before, confirmed, seen: last };
}

function withChange(before: DebounceState, seen: Finding, round: number): DebounceState {
  const decayed = before.heat * DECAY_PER_ROUND ** Math.max(0, round - before.turnedAt);
  // An agent that repeatedly waits for a person and goes on is healthy throughout: not flapping.
  const isUnsteady = !isWell(seen) || !isWell(before.seen);
  const heat = Math.min(MAX_HEAT, decayed + (isUnsteady ? 1 : 0));
  return { ...before, seen, turnedAt: round, heat };
}

function endFlapping(state: DebounceState, round: number): Debounced {
  if (round - state.turnedAt < STEADY_ROUNDS) return { state, change: undefined };
  const steady = { ...state, confirmed: state.seen, heat: STEADY_HEAT, isFlapping: false };
  return { state: steady, change: "steady" };
}

/**
 * What of a round's events is told: all, but one message for a mass event.
 *
 * While so many cells fall silent at once that the observer is suspect, each one of them is
 * logged and none told; the suspicion is. It may be right for ever, so it keeps silent for
 * ten minutes at most, and then tells which cells are still silent.
 *
 * @module
 */
import type { Event } from "../schemas/event.ts";
import type { Settings } from "../schemas/settings.ts";

/** For so long, in seconds, a suspicion holds back words and actions. */
export const LONGEST_SUSPICION = 600;

/** What is remembered of a suspicion from round to round. */
export interface Suspicion {
  /** It was told. */
  readonly isSure: boolean;
  /** How many rounds in a row spoke against what is told. */
  readonly turned: number;
  /** What was logged and not told, the last for each cell. */
  readonly held: readonly Event[];
}

export const NO_SUSPICION: Suspicion = { isSure: false, turned: 0, held: [] };

export interface Round {
  readonly at: string;
  /** For how long the observer has been suspect, in seconds; undefined while it is not. */
  readonly suspectSeconds: number | undefined;
  /** How many cells are stale. */
  readonly stale: number;
  readonly events: readonly Event[];
}

export interface Announced {
  readonly suspicion: Suspicion;
  readonly log: readonly Event[];
  readonly tell: readonly Event[];
}

/** Takes a round's events into account. */
export function announce(
  before: Suspicion,
  { at, suspectSeconds, stale, events }: Round,
  { fire_after, clear_after }: Pick<Settings, "fire_after" | "clear_after">,
): Announced {
  const isSuspect = suspectSeconds !== undefined;
  const turned = isSuspect === before.isSure ? 0 : before.turned + 1;
  const isTurning = turned >= (before.isSure ? clear_after : fire_after);
  const isSure = isTurning ? !before.isSure : before.isSure;
  const said = isTurning ? [turnOf(isSure, stale, at)] : [];
  const others = events.filter((event) => !isOfMass(event));
  const mass = events.filter(isOfMass);
  const isQuiet = (isSuspect || isSure) && (suspectSeconds ?? 0) < LONGEST_SUSPICION;
  const held = isQuiet ? lastOfEach([...before.held, ...mass]) : [];
  const told = isQuiet ? [] : released(before.held, mass);
  return {
    suspicion: { isSure, turned: isTurning ? 0 : turned, held },
    log: [...events, ...said],
    tell: [...said, ...told, ...others],
  };
}

/** What was held back and is still so, and what is new. */
function released(held: readonly Event[], mass: readonly Event[]): readonly Event[] {
  if (held.length === 0) return mass;
  const known = new Set(held.map(({ mission_id }) => mission_id));
  return lastOfEach([...held, ...mass]).filter(
    ({ mission_id, to }) => to === "stale" || !known.has(mission_id),
  );
}

const lastOfEach = (events: readonly Event[]): Event[] => [
  ...new Map(events.map((event) => [event.mission_id, event])).values(),
];

const turnOf = (isSure: boolean, cells: number, at: string): Event => ({
  schema_version: 1,
  at,
  event: isSure ? "observer-suspect" : "observer-trusted",
  cells,
});

/** A cell that fell silent, or that came back from it. */
const isOfMass = ({ event, from, to, problems }: Event): boolean =>
  event === "changed" &&
  ((to === "stale" && problems?.[0]?.code === "heartbeat-old") ||
    (from === "stale" && to === "healthy"));

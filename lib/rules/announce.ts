/**
 * What of a round's events is told: all, but one message for a mass event.
 *
 * While so many cells fall silent at once that the observer is suspect, each one of them is
 * logged and none told; the suspicion is.
 *
 * @module
 */
import type { Event } from "../schemas/event.ts";
import type { Settings } from "../schemas/settings.ts";

/** What is remembered of a suspicion from round to round. */
export interface Suspicion {
  /** It was told. */
  readonly isSure: boolean;
  /** How many rounds in a row spoke against what is told. */
  readonly turned: number;
  /** Cells that fell silent while it was not yet sure: told if it turns out wrong. */
  readonly held: readonly Event[];
}

export const NO_SUSPICION: Suspicion = { isSure: false, turned: 0, held: [] };

export interface Round {
  readonly at: string;
  readonly isSuspect: boolean;
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
  { isSure, turned: before, held }: Suspicion,
  { at, isSuspect, stale, events }: Round,
  { fire_after, clear_after }: Pick<Settings, "fire_after" | "clear_after">,
): Announced {
  const turned = isSuspect === isSure ? 0 : before + 1;
  const isTurning = turned >= (isSure ? clear_after : fire_after);
  const others = events.filter((event) => !isOfMass(event));
  const mass = [...held, ...events.filter(isOfMass)];
  if (isTurning) {
    const said: Event = {
      schema_version: 1,
      at,
      event: isSure ? "observer-trusted" : "observer-suspect",
      cells: stale,
    };
    const suspicion = { isSure: !isSure, turned: 0, held: [] };
    return { suspicion, log: [...events, said], tell: [said, ...others] };
  }
  if (isSure) return { suspicion: { isSure, turned, held: [] }, log: events, tell: others };
  return isSuspect
    ? { suspicion: { isSure, turned, held: mass }, log: events, tell: others }
    : { suspicion: NO_SUSPICION, log: events, tell: [...mass, ...others] };
}

/** A cell that fell silent, or that came back from it. */
const isOfMass = ({ event, from, to, problems }: Event): boolean =>
  event === "changed" &&
  ((to === "stale" && problems?.[0]?.code === "heartbeat-old") ||
    (from === "stale" && to === "healthy"));

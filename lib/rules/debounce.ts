/**
 * When a change of status counts: not at the first look, and not while it goes to and fro.
 *
 * @module
 */
import type { Status } from "../schemas/report.ts";
import type { Settings } from "../schemas/settings.ts";

/** A cell's status, or null where there is no such cell. */
export type Seen = Status | null;

/** What is remembered of one cell from look to look; looks are numbered. */
export interface Track {
  /** The status that counts. */
  readonly status: Seen;
  /** What the last look saw, and the first look in a row that saw it. */
  readonly seen: Seen;
  readonly turnedAt: number;
  /** How often it turned, as of that look: old turns weigh less and less. */
  readonly heat: number;
  readonly isFlapping: boolean;
}

export type Noticed = "changed" | "flapping" | "steady" | undefined;

/** What is left of a turn's weight at the next look: half of it after 138 looks. */
const COOLING = 0.995;
/** A cell that turns each 36 looks or more often gets as hot as this in the long run. */
const FLAPPING = 6;
const HOTTEST = 8;
/** So many looks without a turn end it, and leave so much heat. */
const STEADY_LOOKS = 30;
const STEADY_HEAT = 3;

/** The track of a cell whose status is known from before, or of one that nobody knew. */
export const trackOf = (status: Seen): Track => ({
  status,
  seen: status,
  turnedAt: 0,
  heat: 0,
  isFlapping: false,
});

/** Takes a look into account; says what it made of it. A track that stays as it is is the same object. */
export function track(
  before: Track,
  seen: Seen,
  look: number,
  policy: Pick<Settings, "fire_after" | "clear_after">,
): { track: Track; noticed: Noticed } {
  const now = seen === before.seen ? before : turned(before, seen, look);
  if (now.isFlapping) return settle(now, look);
  if (now.heat >= FLAPPING) return { track: { ...now, isFlapping: true }, noticed: "flapping" };
  const needed = seen === "healthy" ? policy.clear_after : policy.fire_after;
  if (seen === now.status || look - now.turnedAt + 1 < needed)
    return { track: now, noticed: undefined };
  return { track: { ...now, status: seen }, noticed: "changed" };
}

function turned(before: Track, seen: Seen, look: number): Track {
  const left = before.heat * COOLING ** Math.max(0, look - before.turnedAt);
  return { ...before, seen, turnedAt: look, heat: Math.min(HOTTEST, left + 1) };
}

function settle(now: Track, look: number): { track: Track; noticed: Noticed } {
  if (look - now.turnedAt < STEADY_LOOKS) return { track: now, noticed: undefined };
  const steady = { ...now, status: now.seen, heat: STEADY_HEAT, isFlapping: false };
  return { track: steady, noticed: "steady" };
}

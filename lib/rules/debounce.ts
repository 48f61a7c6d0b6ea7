/**
 * When a change of status counts: not at the first look, and not while it goes to and fro.
 *
 * @module
 */
import type { Status } from "../schemas/report.ts";
import type { Settings } from "../schemas/settings.ts";

/** A cell's status, or null where there is no such cell. */
export type Seen = Status | null;

/** What is remembered of one cell from look to look. */
export interface Track {
  /** The status that counts. */
  readonly status: Seen;
  /** What the last look saw, and how many looks in a row have seen it. */
  readonly seen: Seen;
  readonly agreed: number;
  /** The last 20 looks, a bit each: 1 where a look saw another status than the one before. */
  readonly turns: number;
  readonly isFlapping: boolean;
}

export type Noticed = "changed" | "flapping" | "steady" | undefined;

const REMEMBERED = 0xfffff;
/** So many turns within the looks remembered are flapping. */
const FLAPPING_TURNS = 6;
/** So many looks without a turn end it. */
const STEADY = 0x3ff;

/** The track of a cell whose status is known from before, or of one that nobody knew. */
export const trackOf = (status: Seen): Track => ({
  status,
  seen: status,
  agreed: 0,
  turns: 0,
  isFlapping: false,
});

/** Takes one look into account; says what it made of it. A track that stays as it is is the same object. */
export function track(
  before: Track,
  seen: Seen,
  policy: Pick<Settings, "fire_after" | "clear_after">,
): { track: Track; noticed: Noticed } {
  const isTurn = seen !== before.seen;
  if (!isTurn && seen === before.status && before.turns === 0)
    return { track: before, noticed: undefined };
  const turns = ((before.turns << 1) | (isTurn ? 1 : 0)) & REMEMBERED;
  const agreed = isTurn ? 1 : before.agreed + 1;
  const now = { ...before, seen, agreed, turns };
  if (before.isFlapping) return settle(now);
  if (countBits(turns) >= FLAPPING_TURNS)
    return { track: { ...now, isFlapping: true }, noticed: "flapping" };
  const needed = seen === "healthy" ? policy.clear_after : policy.fire_after;
  if (seen === before.status || agreed < needed) return { track: now, noticed: undefined };
  return { track: { ...now, status: seen }, noticed: "changed" };
}

function settle(now: Track): { track: Track; noticed: Noticed } {
  if ((now.turns & STEADY) !== 0) return { track: now, noticed: undefined };
  return {
    track: { ...now, status: now.seen, turns: 0, isFlapping: false },
    noticed: "steady",
  };
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

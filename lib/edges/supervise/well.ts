/**
 * Noticing that a cell which was brought back has stayed well, so that the next time starts anew.
 *
 * @module
 */
import { triedMissions } from "./attempts.ts";
import { agedRecords, attemptsSinceWell, markWell } from "./since-well.ts";
import type { Store } from "./store.ts";
import type { Troubles } from "./trouble.ts";
import type { Seen } from "./watch.ts";

export interface WellWatch {
  /** An attempt was made for this cell. */
  tried(id: string): void;
  /** Takes a look into account; `nowMs` is of a clock that nobody sets. */
  take(seen: ReadonlyMap<string, Seen>, now: Date, nowMs: number): void;
  /** There was a time without a look. */
  interrupt(): void;
}

/** Starts with every cell for which something was ever tried. */
export function watchWell(store: Store, troubles: Troubles): WellWatch {
  const ill = new Set(troubles.past("the attempts so far", () => triedMissions(store)));
  const healthySince = new Map<string, number>();

  function takeOne(id: string, seen: Seen | undefined, now: Date, nowMs: number): void {
    const needed = seen === undefined ? undefined : secondsNeeded(store, id, seen, now);
    if (needed === undefined) return void healthySince.delete(id);
    const since = healthySince.get(id) ?? nowMs;
    healthySince.set(id, since);
    if (nowMs - since < 1000 * needed) return;
    markWell(store, id, now);
    ill.delete(id);
    healthySince.delete(id);
  }

  return {
    tried: (id) => void ill.add(id),
    interrupt: () => healthySince.clear(),
    take(seen, now, nowMs) {
      for (const id of ill)
        troubles.past("a mark of health", () => takeOne(id, seen.get(id), now, nowMs));
    },
  };
}

/** How long a cell must be healthy until it is well; undefined for one that does not show that it lives. */
function secondsNeeded(
  store: Store,
  id: string,
  { cell, digest }: Seen,
  now: Date,
): number | undefined {
  // A paused mission is well, but has not shown that it lives.
  if (cell.status !== "healthy" || cell.limit_seconds === null) return undefined;
  const records = agedRecords(store, id, now);
  // Nor has one that has not beaten since: a clock that was set back, or a longer limit, makes
  // an old beat look fresh.
  if (records.some(({ record }) => record.digest === digest)) return undefined;
  // What said "never again" is for an operator to release.
  const attempts = attemptsSinceWell(store, id, records, now);
  if (attempts.some(({ state }) => state === "final")) return undefined;
  return records.at(-1)?.record.claim?.reset_after_seconds;
}

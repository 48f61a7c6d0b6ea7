/**
 * Noticing that a cell which was brought back has stayed well, so that the next time starts anew.
 *
 * @module
 */
import { recordsOf, triedMissions } from "./attempts.ts";
import { markWell } from "./since-well.ts";
import type { Store } from "./store.ts";
import type { Seen } from "./watch.ts";

export interface WellWatch {
  /** An attempt was made for this cell. */
  tried(id: string): void;
  /**
   * Takes a look into account; `nowMs` is of a clock that nobody sets.
   *
   * @throws {OperatorError} when a cell cannot be marked as well.
   */
  take(seen: ReadonlyMap<string, Seen>, now: Date, nowMs: number): void;
}

/** Starts with every cell for which something was ever tried. */
export function watchWell(store: Store): WellWatch {
  const ill = new Set(triedMissions(store));
  const healthySince = new Map<string, number>();

  function takeOne(id: string, seen: Seen | undefined, now: Date, nowMs: number): void {
    // A paused mission is well, but has not shown that it lives.
    if (seen?.cell.status !== "healthy" || seen.cell.limit_seconds === null)
      return void healthySince.delete(id);
    const records = recordsOf(store, id);
    // Nor has one that has not beaten since: a clock that was set back, or a longer limit, makes
    // an old beat look fresh.
    if (records.some(({ digest }) => digest === seen.digest)) return void healthySince.delete(id);
    const since = healthySince.get(id) ?? nowMs;
    healthySince.set(id, since);
    const needed = records.at(-1)?.claim?.reset_after_seconds ?? 0;
    if (nowMs - since < 1000 * needed) return;
    markWell(store, id, now);
    ill.delete(id);
    healthySince.delete(id);
  }

  return {
    tried: (id) => void ill.add(id),
    take(seen, now, nowMs) {
      for (const id of ill) takeOne(id, seen.get(id), now, nowMs);
    },
  };
}

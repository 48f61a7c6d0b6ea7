/**
 * Detects that a revived cell has stayed healthy, so that its attempts no longer count.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { isPausedOrEnded } from "./rules/ground.ts";
import { missionsWithAttempts } from "./attempt-store.ts";
import {
  attemptHistory,
  attemptsSinceRecovery,
  readClocks,
  recordRecovery,
} from "./attempt-history.ts";
import type { Store } from "../store/store.ts";
import type { ErrorReporter } from "../store/error-reporter.ts";
import type { ObservedCell } from "../../view/observed-cell.ts";

export interface RecoveryMonitor {
  /** Monitors this cell: an attempt was made for it. */
  add(id: string): void;
  /** Records the recoveries that a scan shows. */
  update(cells: ReadonlyMap<string, ObservedCell>): void;
  /** Restarts the time of all cells: scans were impossible for a time. */
  interrupt(): void;
}

/** Starts with every cell that has attempts. */
export function monitorRecovery(
  store: Store,
  errors: ErrorReporter,
  clock: Clock,
): RecoveryMonitor {
  const monitored = new Set<string>();
  const healthySince = new Map<string, number>();

  function updateCell(id: string, observed: ObservedCell | undefined): void {
    const required = observed && requiredSeconds(store, id, observed, clock);
    if (required === undefined) return void healthySince.delete(id);
    const now = clock.monotonic();
    const since = healthySince.get(id) ?? now;
    healthySince.set(id, since);
    if (now - since < required) return;
    recordRecovery(store, id, readClocks(clock));
    monitored.delete(id);
    healthySince.delete(id);
  }

  function restart(): void {
    healthySince.clear();
    const ids = errors.guard("the attempts so far", () => missionsWithAttempts(store)) ?? [];
    for (const id of ids) monitored.add(id);
  }

  restart();
  return {
    add: (id) => void monitored.add(id),
    interrupt: restart,
    update(cells) {
      errors.guardEach("the record of a recovery", [...monitored], (id) =>
        updateCell(id, cells.get(id)),
      );
    },
  };
}

/** How long a cell must be healthy to count as recovered; undefined if it shows no sign of life. */
function requiredSeconds(
  store: Store,
  id: string,
  { cell, digest }: ObservedCell,
  clock: Clock,
): number | undefined {
  // A paused mission is healthy without beats.
  if (cell.status !== "healthy" || isPausedOrEnded(cell)) return undefined;
  const clocks = readClocks(clock);
  const history = attemptHistory(store, id, clocks);
  // No beat since an attempt: a clock set back, or a longer limit, makes an old beat look fresh.
  if (history.some(({ record }) => record.digest === digest)) return undefined;
  // Only an operator's release lifts a "never again".
  const attempts = attemptsSinceRecovery(store, id, history, clocks);
  if (attempts.some(({ state }) => state === "final")) return undefined;
  return history.at(-1)?.record.claim?.reset_after_seconds;
}

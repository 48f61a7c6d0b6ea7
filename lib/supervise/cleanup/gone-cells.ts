/**
 * Removes the orders and attempts of cells that have been gone for `forget_after_days`, and the
 * stores of other roots that have.
 *
 * Time counts only while rounds follow each other without a gap, on a root with at least one cell:
 * an unmounted root looks empty.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import { addGoneTime, goneForDays, type GoneSeconds } from "./rules/gone-time.ts";
import type { Clock } from "../../base/clock.ts";
import { printable } from "../../base/printable.ts";
import type { Event } from "../../contract/event.ts";
import { valueOf } from "../../contract/facts.ts";
import type { Settings } from "../../contract/settings.ts";
import { queueStderr } from "../../host/stdio/async-stderr.ts";
import { missionsWithAttempts } from "../revive/attempt-store.ts";
import { forgetCell } from "./forget-cell.ts";
import { missionsWithOrders } from "../orders/order-store.ts";
import { forgetRoot, otherRoots } from "./forget-roots.ts";
import { readState, type Store, writeState } from "../store/store.ts";
import { startSweep } from "./sweep.ts";
import type { ErrorReporter } from "../store/error-reporter.ts";
import type { RootScan } from "../status/incremental-scan.ts";

/** How often gone.json is updated. */
const UPDATE_SECONDS = 3600;
/** After a gap of this many intervals plus a second, cells may have come and gone unseen. */
const MAX_GAP_INTERVALS = 3;

const SecondsGone = v.pipe(v.number(), v.finite(), v.minValue(0));
const GoneFile = v.object({
  schema_version: v.literal(1),
  cells: v.record(v.string(), SecondsGone),
  roots: v.record(v.string(), SecondsGone),
});

const EMPTY: v.InferOutput<typeof GoneFile> = { schema_version: 1, cells: {}, roots: {} };

export interface Cleanup {
  /** Counts a round; returns an event for each forgotten cell. */
  update(scan: RootScan, settings: Settings): Event[];
  /** Discards the time since the last update of gone.json: the root or the store was unavailable. */
  interrupt(): void;
}

/** Continues the counts in gone.json. */
export function startCleanup(store: Store, errors: ErrorReporter, clock: Clock): Cleanup {
  const path = join(store.storeDir, "gone.json");
  /** The cells of the last round, and those that earlier ones had: all that were present. */
  let current: RootScan["cells"] = new Map();
  const earlier = new Set<string>();
  const present = { has: (id: string) => current.has(id) || earlier.has(id) };
  const sweep = startSweep(store);
  /** Monotonic seconds. */
  let since: number | undefined;
  let last = 0;

  function restart(now?: number): void {
    current = new Map();
    earlier.clear();
    since = now;
  }

  /** Adds `seconds` without a gap to gone.json, and forgets what has been gone for `days`. */
  function updateFile(seconds: number, days: number): Event[] {
    store.check();
    sweep();
    const before = valueOf(readState(path, GoneFile)) ?? EMPTY;
    const known = [...new Set([...missionsWithAttempts(store), ...missionsWithOrders(store)])];
    const others = otherRoots(store);
    const cells = addGoneTime(before.cells, known, present, seconds);
    const roots = addGoneTime(before.roots, others.known, others.present, seconds);
    const oldCells = goneForDays(cells, days).filter((id) => tryForgetCell(id, cells));
    const oldRoots = goneForDays(roots, days).filter((name) => tryForgetRoot(name, roots));
    const file = { ...EMPTY, cells: without(cells, oldCells), roots: without(roots, oldRoots) };
    if (!Bun.deepEquals(file, before)) writeState(path, `${JSON.stringify(file)}\n`);
    return oldCells.map((id) => eventOf(id, clock.now()));
  }

  const tryForgetCell = (id: string, gone: GoneSeconds): boolean =>
    errors.guard("cleanup", () => forgetCell(store, id, gone[id] ?? 0, clock)) === true;

  function tryForgetRoot(name: string, gone: GoneSeconds): boolean {
    const isForgotten =
      errors.guard("cleanup", () => forgetRoot(store, name, gone[name] ?? 0, clock)) === true;
    if (isForgotten)
      queueStderr(
        printable(`supervise: removed the state of the root ${name}, which is gone`) + "\n",
      );
    return isForgotten;
  }

  return {
    interrupt: restart,
    update({ cells }, { scan_interval_seconds, forget_after_days: days }) {
      const now = clock.monotonic();
      const hasGap = now - last > MAX_GAP_INTERVALS * scan_interval_seconds + 1;
      last = now;
      if (cells.size === 0 || since === undefined || hasGap) restart(now);
      if (cells !== current) for (const id of current.keys()) if (!cells.has(id)) earlier.add(id);
      current = cells;
      const elapsed = now - (since ?? now);
      if (elapsed < UPDATE_SECONDS || cells.size === 0) return [];
      const events = errors.guard("cleanup", () => updateFile(elapsed, days)) ?? [];
      restart(now);
      return events;
    },
  };
}

const without = (gone: GoneSeconds, removed: readonly string[]): GoneSeconds =>
  Object.fromEntries(Object.entries(gone).filter(([id]) => !removed.includes(id)));

const eventOf = (mission_id: string, now: Date): Event => ({
  schema_version: 1,
  at: now.toISOString(),
  event: "forgotten",
  mission_id,
});

/**
 * What is stored about one cell, for the health endpoint. It only reads, also while a daemon runs.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { defined } from "../../base/defined.ts";
import { OperatorError } from "../../base/errors.ts";
import { readCellContents } from "../../cell/cell-contents.ts";
import type {
  CellRecords,
  ListedAttempt,
  ActiveOrder,
  SuperviseRecords,
} from "../../contract/cell-records.ts";
import type { Event } from "../../contract/event.ts";
import { valueOf } from "../../contract/facts.ts";
import type { Settings } from "../../contract/settings.ts";
import { openRoot } from "../../host/files/directory.ts";
import { type StorePaths, storePathsOf } from "../../host/files/state-dir.ts";
import { readMarker } from "../../host/files/store-marker.ts";
import { readHold } from "../orders/hold-store.ts";
import { readOrders } from "../orders/order-store.ts";
import { activeSnooze } from "../orders/rules/order.ts";
import { type AgedAttempt, attemptHistory, readClocks } from "../revive/attempt-history.ts";
import { lastEventsAbout, logStart } from "../status/read-events.ts";
import { attemptResult } from "./history.ts";

const HISTORY_MS = 30 * 86_400_000;
const MAX_EVENTS = 200;
const MAX_ATTEMPTS = 20;

/**
 * Reads the records of the cell `id`.
 *
 * @throws {OperatorError} if the root cannot be opened.
 */
export async function readCellRecords(
  settings: Settings,
  id: string,
  clock: Clock,
): Promise<CellRecords> {
  const root = openRoot(settings.root);
  try {
    const supervise = superviseRecords(storePathsOf(settings), id, clock);
    return { ...(await readCellContents({ root, id })), supervise };
  } finally {
    root.close();
  }
}

function superviseRecords(state: StorePaths, id: string, clock: Clock): SuperviseRecords | null {
  const marker = readMarker(state.storeDir);
  if (marker.outcome === "absent") return null;
  const now = clock.now();
  const start = historyStart(state, valueOf(marker)?.made_at ?? "", now);
  const events = orNull(() => listedEvents(state, id, start));
  // Earlier ones were left out.
  const since = events?.length === MAX_EVENTS ? (events[0]?.at ?? start) : start;
  return {
    orders: activeOrders(state, id, now),
    attempts: orNull(() =>
      attemptHistory(state, id, readClocks(clock)).slice(-MAX_ATTEMPTS).map(listed),
    ),
    events,
    since,
  };
}

const listedEvents = (state: StorePaths, id: string, since: string): Event[] =>
  lastEventsAbout(state, id, MAX_EVENTS, ({ event, at }) => event !== "attempted" && at >= since);

/** The latest of: 30 days ago, when the store was made, and the oldest event that is left. */
function historyStart(state: StorePaths, madeAt: string, now: Date): string {
  const earliest = new Date(now.getTime() - HISTORY_MS).toISOString();
  const begins = [earliest, madeAt, orNull(() => logStart(state)) ?? ""];
  return begins.toSorted().at(-1) ?? earliest;
}

function listed({ record }: AgedAttempt): ListedAttempt {
  const { number, claim, outcome } = record;
  // Its text may name the command.
  const result = outcome?.error === undefined ? attemptResult(record) : "could not be started";
  return { number, at: claim?.at ?? null, result };
}

function activeOrders(state: StorePaths, id: string, now: Date): ActiveOrder[] | null {
  const orders = readOrders(state, id);
  if (orders === "unreadable") return null;
  const hold = readHold(state, now);
  const { quarantine } = orders;
  const snooze = activeSnooze(orders, now);
  const active: ActiveOrder[] = [];
  if (hold !== null)
    active.push({ order: "hold", ...(hold === "unreadable" ? { at: null } : of(hold)) });
  if (quarantine !== undefined) active.push({ order: "quarantine", ...of(quarantine) });
  if (snooze !== undefined) active.push({ order: "snooze", ...of(snooze), until: snooze.until });
  return active;
}

/** Without the unknown keys that a file of orders may have. */
const of = ({ at, reason }: { at: string; reason?: string | undefined }) => ({
  at,
  ...defined({ reason }),
});

/** The result; null if it cannot be read, for example because the store is another account's. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof OperatorError) return null;
    throw error;
  }
}

/**
 * What metrics say of a root's supervise. It only reads the store, also while a daemon runs.
 *
 * @module
 */
import { OperatorError } from "../../base/errors.ts";
import { valueOf } from "../../contract/facts.ts";
import type { Settings } from "../../contract/settings.ts";
import type { RouteCounts, SupervisedOrder, Supervision } from "../../contract/supervision.ts";
import { type StorePaths, storePathsOf } from "../../host/files/state-dir.ts";
import { oldestWaiting, routesWithOutbox, waitingMessages } from "../notify/outbox.ts";
import { routesOf } from "../notify/rules/route.ts";
import { readHold } from "../orders/hold-store.ts";
import { missionsWithOrders, readOrders } from "../orders/order-store.ts";
import { activeSnooze } from "../orders/rules/order.ts";
import { type DaemonStatus, isRoundLate, readDaemonStatus } from "../revive/daemon-status.ts";
import { hasStore } from "../store/store.ts";

/** Reads it as of `now`; undefined without a store, or if this user may not read it. */
export function readSupervision(
  settings: Pick<Settings, "root" | "state_dir" | "notify">,
  now: Date,
): Supervision | undefined {
  const state = storePathsOf(settings);
  try {
    if (!hasStore(state)) return undefined;
    const daemon = valueOf(readDaemonStatus(state));
    const isFresh = daemon !== undefined && !isRoundLate(daemon, now);
    return {
      lastRound: daemon?.at ?? null,
      givenUp: isFresh ? daemon.given_up : undefined,
      hold: holdSince(state, now),
      orders: missionsWithOrders(state).flatMap((id) => ordersFor(state, id, now)),
      routes: routesIn(state, settings).map((route) => countsOf(state, daemon, route)),
    };
  } catch (error) {
    if (error instanceof OperatorError) return undefined;
    throw error;
  }
}

function holdSince(state: StorePaths, now: Date): Supervision["hold"] {
  const hold = readHold(state, now);
  if (hold === null) return undefined;
  return { since: hold === "unreadable" ? null : hold.at };
}

/** Orders that cannot be read hold, as a quarantine does. */
function ordersFor(state: StorePaths, id: string, now: Date): SupervisedOrder[] {
  const orders = readOrders(state, id);
  if (orders === "unreadable") return [{ mission_id: id, order: "quarantine", since: null }];
  const { quarantine } = orders;
  const snooze = activeSnooze(orders, now);
  return [
    ...(snooze === undefined
      ? []
      : [{ mission_id: id, order: "snooze" as const, since: snooze.at }]),
    ...(quarantine === undefined
      ? []
      : [{ mission_id: id, order: "quarantine" as const, since: quarantine.at }]),
  ];
}

const routesIn = (state: StorePaths, { notify }: Pick<Settings, "notify">): string[] => [
  ...new Set([...routesOf(notify).map(({ name }) => name), ...routesWithOutbox(state)]),
];

const countsOf = (
  state: StorePaths,
  daemon: DaemonStatus | undefined,
  route: string,
): RouteCounts => ({
  route,
  waiting: waitingMessages(state, route).length,
  oldest: oldestWaiting(state, route)?.at ?? null,
  failed: daemon?.deliveries?.[route]?.failed ?? 0,
  refused: daemon?.deliveries?.[route]?.refused ?? 0,
});

/**
 * The orders and attempts of all missions, for reports.
 *
 * @module
 */
import { defined } from "../../base/defined.ts";
import { OperatorError } from "../../base/errors.ts";
import type { CellOrder, CellRevival, RevivalFacts } from "../../contract/revival.ts";
import { storePathsOf, type StorePaths } from "../../host/files/state-dir.ts";
import type { Settings } from "../../contract/settings.ts";
import { readHold } from "../orders/hold-store.ts";
import { missionsWithOrders, readOrders } from "../orders/order-store.ts";
import { activeSnooze, type Orders } from "../orders/rules/order.ts";
import { hasStore } from "../store/store.ts";
import { missionsWithAttempts, readAttempts } from "./attempt-store.ts";

/**
 * Reads the orders and attempts at the time `now`. Undefined without a store, or if this user may not
 * read it.
 */
export function readRevivalFacts(
  settings: Pick<Settings, "root" | "state_dir">,
  now: Date,
): RevivalFacts | undefined {
  const state = storePathsOf(settings);
  try {
    if (!hasStore(state)) return undefined;
    const ids = new Set([...missionsWithOrders(state), ...missionsWithAttempts(state)]);
    return {
      hold: holdOf(state, now),
      cells: new Map([...ids].map((id) => [id, factsOf(state, id, now)])),
    };
  } catch (error) {
    if (error instanceof OperatorError) return undefined;
    throw error;
  }
}

function holdOf(state: StorePaths, now: Date): RevivalFacts["hold"] {
  const hold = readHold(state, now);
  if (hold === null) return undefined;
  if (hold === "unreadable") return { since: null, reason: null };
  return { since: hold.at, reason: hold.reason ?? null, ...defined({ until: hold.until }) };
}

function factsOf(state: StorePaths, id: string, now: Date): CellRevival {
  const attempts = readAttempts(state, id).length;
  const orders = ordersOf(readOrders(state, id), now);
  return {
    ...(attempts === 0 ? {} : { attempts }),
    ...(orders.length === 0 ? {} : { orders }),
  };
}

/** Orders that cannot be read keep supervise from acting, like a quarantine. */
function ordersOf(orders: Orders | "unreadable", now: Date): CellOrder[] {
  if (orders === "unreadable")
    return [{ order: "quarantine", reason: "its orders cannot be read" }];
  const { quarantine } = orders;
  const snooze = activeSnooze(orders, now);
  const why = snooze?.reason === undefined ? {} : { reason: snooze.reason };
  return [
    ...(snooze === undefined ? [] : [{ order: "snooze" as const, until: snooze.until, ...why }]),
    ...(quarantine === undefined
      ? []
      : [{ order: "quarantine" as const, reason: quarantine.reason }]),
  ];
}

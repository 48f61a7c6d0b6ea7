/**
 * An operator's orders as files, which can be given while no daemon is running.
 *
 * @module
 */
import { existsSync, linkSync, readdirSync, renameSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { commandPrefix } from "../../cli/called-as.ts";
import { placeFlags } from "../../cli/place-flags.ts";
import { defined } from "../../base/defined.ts";
import { quoted } from "../../base/printable.ts";
import { OperatorError } from "../../base/errors.ts";
import { NO_ORDERS, Orders, type ReleasedBeat } from "./rules/order.ts";
import { isCanonicalId } from "../../base/id.ts";
import { errnoOf, systemFailure } from "../../host/errno.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { readState, writeState } from "../store/store.ts";
import { removeFile } from "./hold-store.ts";

const ordersPath = ({ storeDir }: StorePaths, id: string): string =>
  join(storeDir, "orders", `${id}.json`);
/** The path of orders while `forgetOrders` decides whether they may be removed. */
const forgottenPath = (state: StorePaths, id: string): string =>
  `${ordersPath(state, id)}.forgotten`;

/** The orders for one cell; `NO_ORDERS` if its file does not exist. */
export function readOrders(state: StorePaths, id: string): Orders | "unreadable" {
  // Orders in `forgottenPath` hold as well: `forgetOrders` may have been killed.
  for (const path of [ordersPath(state, id), forgottenPath(state, id)]) {
    const orders = readState(path, Orders);
    if (orders.outcome === "read") return orders.value;
    if (orders.outcome !== "absent") return "unreadable";
  }
  return NO_ORDERS;
}

/**
 * Changes the orders for one cell.
 *
 * @throws {OperatorError} when the current orders cannot be read: writing could lose one.
 */
export function changeOrders(
  state: StorePaths,
  id: string,
  change: (orders: Orders) => Orders,
): void {
  const orders = readOrders(state, id);
  if (orders !== "unreadable") return writeOrders(state, id, change(orders));
  throw new OperatorError(
    "data_error",
    `Cannot change the orders for mission ${id}: they cannot be read`,
    `repair ${ordersPath(state, id)}, or lift all orders with: ${commandPrefix()}supervise release ${id}${placeFlags({ root: state.root, state_dir: state.stateDir })}`,
  );
}

/**
 * The missions that have a file of orders.
 *
 * @throws {OperatorError} when they cannot be listed.
 */
export function missionsWithOrders({ storeDir }: StorePaths): string[] {
  const path = join(storeDir, "orders");
  try {
    const ids = readdirSync(path).map((name) => name.replace(/\.json(?:\.forgotten)?$/, ""));
    return [...new Set(ids)].filter(isCanonicalId);
  } catch (error) {
    throw systemFailure(error, `Cannot read the orders in ${quoted(path)}`, "io_error");
  }
}

/**
 * Removes the orders for one cell, unless `areNeeded`; returns whether there are none left. The
 * file is renamed before it is read, so that an order given meanwhile is not lost.
 *
 * @throws {OperatorError} when they cannot be removed.
 */
export function forgetOrders(
  state: StorePaths,
  id: string,
  areNeeded: (orders: Orders | "unreadable") => boolean,
): boolean {
  const [path, forgotten] = [ordersPath(state, id), forgottenPath(state, id)];
  try {
    if (existsSync(forgotten)) restore(forgotten, path);
    renameSync(path, forgotten);
    const orders = readState(forgotten, Orders);
    const isNeeded = areNeeded(orders.outcome === "read" ? orders.value : "unreadable");
    if (isNeeded) restore(forgotten, path);
    unlinkSync(forgotten);
    return !isNeeded;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return true;
    throw systemFailure(error, `Cannot remove ${quoted(path)}`, "io_error");
  }
}

/** Gives a file its name back, unless newer orders have taken it. */
function restore(forgotten: string, path: string): void {
  try {
    linkSync(forgotten, path);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}

/**
 * Lifts all orders for one cell, even unreadable ones; `released` is the beat whose agent the
 * operator declares to be gone.
 */
export function liftOrders(state: StorePaths, id: string, released?: ReleasedBeat): void {
  writeOrders(state, id, { ...NO_ORDERS, ...defined({ released }) });
  removeFile(forgottenPath(state, id));
}

const writeOrders = (state: StorePaths, id: string, orders: Orders): void =>
  writeState(ordersPath(state, id), `${JSON.stringify(orders)}\n`);

/**
 * An operator's orders, as files: they hold with the daemon up or down.
 *
 * @module
 */
import { unlinkSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { Hold, NO_ORDERS, Orders } from "../../schemas/orders.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { readState, type Store, writeState } from "./store.ts";

const HOLD = "HOLD";
const ordersOf = ({ folder }: Store, id: string): string => join(folder, "orders", `${id}.json`);

/**
 * The hold on this root, or on all roots; null where there is none. A file that cannot be
 * read, such as one that `touch` made, holds as well.
 */
export function readHold({ top, folder }: Store): Hold | null | "unreadable" {
  for (const place of [folder, top]) {
    const hold = readState(join(place, HOLD), Hold);
    if (hold.outcome === "read") return hold.value;
    if (hold.outcome !== "absent") return "unreadable";
  }
  return null;
}

/** Holds all action on this root. */
export const holdAll = ({ folder }: Store, hold: Hold): void =>
  writeState(join(folder, HOLD), `${JSON.stringify(hold)}\n`);

/**
 * Lets go of this root; false when there was no hold.
 *
 * @throws {OperatorError} when the hold cannot be removed, or is one on all roots.
 */
export function resumeAll({ top, folder }: Store): boolean {
  const held = removeFile(join(folder, HOLD));
  if (readState(join(top, HOLD), Hold).outcome === "absent") return held;
  throw new OperatorError(
    "data_error",
    `Cannot resume: ${quoted(join(top, HOLD))} holds all roots`,
    `remove it by hand: rm ${join(top, HOLD)}`,
  );
}

/** The orders for one cell. */
export function readOrders(store: Store, id: string): Orders | "unreadable" {
  const orders = readState(ordersOf(store, id), Orders);
  if (orders.outcome === "read") return orders.value;
  return orders.outcome === "absent" ? NO_ORDERS : "unreadable";
}

/**
 * Changes the orders for one cell.
 *
 * @throws {OperatorError} when those that are there cannot be read: one of them could be lost.
 */
export function changeOrders(store: Store, id: string, change: (orders: Orders) => Orders): void {
  const orders = readOrders(store, id);
  if (orders !== "unreadable") return writeOrders(store, id, change(orders));
  throw new OperatorError(
    "data_error",
    `Cannot change the orders for mission ${id}: they cannot be read`,
    `look at ${ordersOf(store, id)}, or lift them all with: supervise release ${id}`,
  );
}

/** Lifts all orders for one cell, also those that cannot be read. */
export const liftOrders = (store: Store, id: string): void => writeOrders(store, id, NO_ORDERS);

const writeOrders = (store: Store, id: string, orders: Orders): void =>
  writeState(ordersOf(store, id), `${JSON.stringify(orders)}\n`);

function removeFile(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw systemFailure(error, `Cannot remove ${quoted(path)}`, "io_error");
  }
}

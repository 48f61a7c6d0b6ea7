/**
 * Orders of the fleet for one mission.
 *
 * @module
 */
import { defined } from "../../base/defined.ts";
import { OperatorError } from "../../base/errors.ts";
import { canonicalId } from "../../base/id.ts";
import type { FleetReport } from "../../contract/fleet-report.ts";
import { parseContract } from "../../contract/parse.ts";
import { NO_ORDERS } from "../../supervise/orders/rules/order.ts";
import { getKey, isWrittenAt, putKey, removeKey } from "../etcd/operations.ts";
import { textOf, valueIn } from "../etcd/txn-answer.ts";
import { findMission } from "../named-mission.ts";
import { MissionOrders } from "../rules/records.ts";
import { type FleetAccess, operatorName } from "./fleet-access.ts";
import { notReached } from "./fleet-holds.ts";
import type { FleetOrder } from "./fleet-order.ts";

/** An order for a mission whose id is known. */
type MissionOrder = FleetOrder & { readonly id: string };

/**
 * Gives an order for a mission; returns what to tell the operator.
 *
 * @throws {OperatorError} if there is no such mission, the orders there cannot be read, or etcd does
 * not take it.
 */
export async function orderMission(
  access: FleetAccess,
  report: FleetReport,
  order: FleetOrder,
  now: Date,
): Promise<string> {
  const id = findMission(report, order.mission ?? "", "act");
  await checkMission(access, report, id);
  const { text, isNew } = await changeMissionOrders(access, { ...order, id }, now);
  return `mission ${id}: ${text}${isNew ? notReached(report) : ""}`;
}

async function checkMission(
  { etcd, keys }: FleetAccess,
  { cells }: FleetReport,
  id: string,
): Promise<void> {
  if (cells.some(({ mission_id }) => canonicalId(mission_id) === id)) return;
  const { ranges } = await etcd.txn([], [getKey(keys.home(id)), getKey(keys.missionOrders(id))]);
  if (ranges.some(({ keys: found }) => found.length > 0)) return;
  throw new OperatorError(
    "no_input",
    `No host of the fleet has the mission ${id}`,
    "list all missions with: scan --fleet --ndjson",
  );
}

async function changeMissionOrders(
  { etcd, keys }: FleetAccess,
  order: MissionOrder,
  now: Date,
): Promise<{ readonly text: string; readonly isNew: boolean }> {
  const key = keys.missionOrders(order.id);
  const { ranges } = await etcd.txn([], [getKey(key)]);
  const found = ranges[0]?.keys[0];
  if (order.step === "release") {
    await etcd.txn([], [removeKey(key)]);
    return { text: found === undefined ? NO_ORDER : RELEASED, isNew: found !== undefined };
  }
  const before = found === undefined ? NO_ORDERS : readOrdersIn(found.base64, order.id);
  const { orders, text } = withOrder(before, order, now);
  const value = JSON.stringify({ ...orders, by: operatorName() });
  const isAsFound = isWrittenAt(key, found?.revision ?? 0);
  const done = await etcd.txn([isAsFound], [putKey(key, value)], [getKey(key)]);
  // Where the answer of a first try was lost, the second one finds its own order.
  if (done.succeeded || valueIn(done, 0) === value) return { text, isNew: true };
  throw new OperatorError(
    "try_again",
    `Cannot change the orders for mission ${order.id}: another order came in between`,
    "look at it, then try again",
  );
}

const NO_ORDER =
  "the fleet had no order for this mission; to lift a host's own order, run supervise release on that host";
const RELEASED = "released from the orders of the fleet, once each host has ended its next round";

function readOrdersIn(base64: string, id: string): MissionOrders {
  const orders = parseContract(textOf(base64), MissionOrders);
  if (orders.outcome === "read") return orders.value;
  throw new OperatorError(
    "data_error",
    `Cannot change the orders for mission ${id}: they cannot be read`,
    `lift them with: lazarus-pit fleet release ${id}`,
  );
}

function withOrder(before: MissionOrders, { step, reason, seconds }: FleetOrder, now: Date) {
  const at = now.toISOString();
  if (step === "quarantine")
    return {
      orders: { ...before, quarantine: { at, reason: reason ?? "" } },
      text: "quarantined on every host, once each host has ended its next round",
    };
  const until = new Date(now.getTime() + 1000 * seconds).toISOString();
  return {
    orders: { ...before, snooze: { at, until, ...defined({ reason }) } },
    text: `snoozed until ${until} on every host, once each host has ended its next round`,
  };
}

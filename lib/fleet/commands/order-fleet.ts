/**
 * Gives an order to the fleet: writes it to etcd, where every host reads it after its next round.
 *
 * @module
 */
import { defined } from "../../base/defined.ts";
import type { FleetReport } from "../../contract/fleet-report.ts";
import { getKey, putKey, removeKey } from "../etcd/operations.ts";
import { type FleetAccess, lookAtFleet, noSuchHost, operatorName } from "./fleet-access.ts";
import type { FleetOrder } from "./fleet-order.ts";
import { orderMission } from "./order-mission.ts";

/**
 * Gives an order; returns what to tell the operator.
 *
 * @throws {OperatorError} if there is no such host or mission, the orders there cannot be read, or etcd
 * does not take it.
 */
export async function orderFleet(
  access: FleetAccess,
  order: FleetOrder,
  now: Date,
): Promise<string> {
  const report = await lookAtFleet(access.settings);
  const done =
    order.mission === undefined
      ? await orderHosts(access, report, order, now)
      : await orderMission(access, report, order, now);
  return `${done}${notReached(report)}`;
}

function orderHosts(
  access: FleetAccess,
  report: FleetReport,
  order: FleetOrder,
  now: Date,
): Promise<string> {
  checkHost(report, order.host);
  return changeHold(access, order, now);
}

/** @throws {OperatorError} if no host of this name is known. */
function checkHost({ hosts }: FleetReport, host: string | undefined): void {
  if (host === undefined || hosts.some(({ name }) => name === host)) return;
  throw noSuchHost(host);
}

async function changeHold(
  { etcd, keys }: FleetAccess,
  { step, host, reason }: FleetOrder,
  now: Date,
): Promise<string> {
  const key = host === undefined ? keys.fleetHold : keys.hostHold(host);
  const where = host === undefined ? "on any host" : `on ${host}`;
  const then = `once ${host ?? "each host"} has ended its next round`;
  if (step === "hold") {
    const hold = { at: now.toISOString(), by: operatorName(), ...defined({ reason }) };
    await etcd.txn([], [putKey(key, JSON.stringify(hold))]);
    return `held: nothing is revived ${where}, ${then}`;
  }
  const { ranges } = await etcd.txn([], [getKey(key), removeKey(key)]);
  return ranges[0]?.keys.length === 0 ? "there was no hold" : `resumed, ${then}`;
}

/** Hosts that are not live read an order when they reach etcd again. */
function notReached({ hosts }: FleetReport): string {
  const away = hosts.filter(({ state }) => state !== "live").map(({ name }) => name);
  if (away.length === 0) return "";
  const shown = away.slice(0, 10).join(", ");
  const more = away.length > 10 ? ` and ${away.length - 10} more` : "";
  return `\nnot live, so it takes effect there when they reach etcd again: ${shown}${more}`;
}

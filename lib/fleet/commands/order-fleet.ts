/**
 * Gives an order to the fleet: writes it to etcd, where every host reads it after its next round.
 *
 * @module
 */
import { defined } from "../../base/defined.ts";
import { OperatorError } from "../../base/errors.ts";
import type { FleetReport } from "../../contract/fleet-report.ts";
import { isLongerHold } from "../../supervise/orders/rules/order.ts";
import { OPERATOR } from "../etcd/account-role.ts";
import { getKey, isWrittenAt, putKey } from "../etcd/operations.ts";
import { valueIn } from "../etcd/txn-answer.ts";
import { activeHold, type FleetHold, type FoundHold } from "../rules/records.ts";
import { type FleetAccess, lookAtFleet, noSuchHost, operatorName } from "./fleet-access.ts";
import type { FleetOrder } from "./fleet-order.ts";
import { foundHoldIn, holdKey, notReached, onceRead, resumeCall } from "./fleet-holds.ts";
import { orderMission } from "./order-mission.ts";
import { resumeHosts } from "./resume-fleet.ts";

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
  const report = await lookAtFleet(access.settings, OPERATOR);
  if (order.mission !== undefined) return orderMission(access, report, order, now);
  checkHost(report, order.host);
  return order.step === "hold"
    ? `${await holdHosts(access, order, now)}${notReached(report, order.host)}`
    : resumeHosts(access, { report, host: order.host, now });
}

/** @throws {OperatorError} if no host of this name is known. */
function checkHost({ hosts }: FleetReport, host: string | undefined): void {
  if (host === undefined || hosts.some(({ name }) => name === host)) return;
  throw noSuchHost(host);
}

async function holdHosts(
  access: FleetAccess,
  { host, reason, seconds }: FleetOrder,
  now: Date,
): Promise<string> {
  const key = holdKey(access.keys, host);
  const end = seconds === 0 ? undefined : new Date(now.getTime() + 1000 * seconds).toISOString();
  const hold = { at: now.toISOString(), by: operatorName(), ...defined({ until: end, reason }) };
  const { ranges } = await access.etcd.txn([], [getKey(key)]);
  const found = ranges[0]?.keys[0];
  checkShorter(activeHold(foundHoldIn(found), now), hold, host);
  const value = JSON.stringify(hold);
  const isAsFound = isWrittenAt(key, found?.revision ?? 0);
  const done = await access.etcd.txn([isAsFound], [putKey(key, value)], [getKey(key)]);
  // Where the answer of a first try was lost, the second one finds its own hold.
  if (!done.succeeded && valueIn(done, 0) !== value) throw raced();
  const until = end === undefined ? "" : ` until ${end}`;
  return `held${until}: nothing is revived ${host === undefined ? "on any host" : `on ${host}`}, ${onceRead(host)}`;
}

/** @throws {OperatorError} if the new hold would end one in effect too early. */
function checkShorter(current: FoundHold, hold: FleetHold, host: string | undefined): void {
  if (current === undefined || !isLongerHold(current, hold)) return;
  const [why, hint] = whyLonger(current, resumeCall(host));
  throw new OperatorError("data_error", `Cannot hold ${host ?? "the fleet"}: ${why}`, hint);
}

/** What is known of the hold in effect, and what to type next. */
function whyLonger(current: FleetHold | "unreadable", resume: string): readonly [string, string] {
  if (current === "unreadable")
    return [
      "the hold there cannot be read, so it holds until it is removed",
      `to remove it: ${resume}; to replace it by a hold without an end, leave out --for`,
    ];
  return current.until === undefined
    ? ["a hold without an end is in effect", `to hold for a time instead, first type: ${resume}`]
    : [
        `a hold until ${current.until} is in effect`,
        `give a longer --for, or to end it: ${resume}`,
      ];
}

const raced = (): OperatorError =>
  new OperatorError(
    "try_again",
    "Cannot hold: another order came in between",
    "see lazarus-pit fleet hosts, then try again",
  );

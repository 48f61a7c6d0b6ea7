/**
 * Gives an order to the fleet: writes it to etcd, where every host reads it after its next round.
 *
 * @module
 */
import { defined } from "../../base/defined.ts";
import { OperatorError } from "../../base/errors.ts";
import type { FleetReport } from "../../contract/fleet-report.ts";
import { parseContract } from "../../contract/parse.ts";
import { isLongerHold } from "../../supervise/orders/rules/order.ts";
import { getKey, isWrittenAt, putKey, removeKey } from "../etcd/operations.ts";
import { type KeyValue, textOf, valueIn } from "../etcd/txn-answer.ts";
import { activeHold, FleetHold, type FoundHold } from "../rules/records.ts";
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
  if (order.mission !== undefined)
    return `${await orderMission(access, report, order, now)}${notReached(report)}`;
  checkHost(report, order.host);
  return order.step === "hold"
    ? `${await holdHosts(access, order, now)}${notReached(report, order.host)}`
    : resumeHosts(access, report, order.host);
}

/** @throws {OperatorError} if no host of this name is known. */
function checkHost({ hosts }: FleetReport, host: string | undefined): void {
  if (host === undefined || hosts.some(({ name }) => name === host)) return;
  throw noSuchHost(host);
}

const holdKey = ({ keys }: FleetAccess, host: string | undefined): string =>
  host === undefined ? keys.fleetHold : keys.hostHold(host);

/** When hosts obey. */
const onceRead = (host: string | undefined): string =>
  `once ${host ?? "each host"} has ended its next round`;

async function holdHosts(
  access: FleetAccess,
  { host, reason, seconds }: FleetOrder,
  now: Date,
): Promise<string> {
  const key = holdKey(access, host);
  const end = seconds === 0 ? undefined : new Date(now.getTime() + 1000 * seconds).toISOString();
  const hold = { at: now.toISOString(), by: operatorName(), ...defined({ until: end, reason }) };
  const { ranges } = await access.etcd.txn([], [getKey(key)]);
  const found = ranges[0]?.keys[0];
  if (found !== undefined) checkShorter(activeHold(holdIn(found), now), hold, host);
  const value = JSON.stringify(hold);
  const isAsFound = isWrittenAt(key, found?.revision ?? 0);
  const done = await access.etcd.txn([isAsFound], [putKey(key, value)], [getKey(key)]);
  // Where the answer of a first try was lost, the second one finds its own hold.
  if (!done.succeeded && valueIn(done, 0) !== value) throw raced();
  const until = end === undefined ? "" : ` until ${end}`;
  return `held${until}: nothing is revived ${host === undefined ? "on any host" : `on ${host}`}, ${onceRead(host)}`;
}

function holdIn({ base64 }: KeyValue): FoundHold {
  const hold = parseContract(textOf(base64), FleetHold);
  return hold.outcome === "read" ? hold.value : "unreadable";
}

const resumeCall = (host: string | undefined): string =>
  `lazarus-pit fleet resume${host === undefined ? "" : ` --host ${host}`}`;

/** @throws {OperatorError} if the new hold would end one in effect too early. */
function checkShorter(current: FoundHold, hold: FleetHold, host: string | undefined): void {
  if (current === undefined || !isLongerHold(current, hold)) return;
  const until =
    current === "unreadable" || current.until === undefined ? "" : ` until ${current.until}`;
  throw new OperatorError(
    "data_error",
    `Cannot hold ${host ?? "the fleet"}: a longer hold is in effect${until}`,
    `to end it: ${resumeCall(host)}`,
  );
}

const raced = (): OperatorError =>
  new OperatorError(
    "try_again",
    "Cannot hold: another order came in between",
    "see lazarus-pit fleet hosts, then try again",
  );

async function resumeHosts(
  access: FleetAccess,
  report: FleetReport,
  host: string | undefined,
): Promise<string> {
  const key = holdKey(access, host);
  const { ranges } = await access.etcd.txn([], [getKey(key), removeKey(key)]);
  if (ranges[0]?.keys.length === 1) return `resumed, ${onceRead(host)}${notReached(report, host)}`;
  const held = report.hosts.filter((each) => each.held === true).map(({ name }) => name);
  const [first] = host === undefined ? held : [];
  const own = first === undefined ? "" : `; a host that is held by itself: ${resumeCall(first)}`;
  return `there was no hold${own}`;
}

/** Hosts that are not live read an order when they reach etcd again. */
function notReached({ hosts }: FleetReport, only?: string): string {
  const meant = hosts.filter(({ name }) => only === undefined || name === only);
  const away = meant.filter(({ state }) => state !== "live").map(({ name }) => name);
  if (away.length === 0) return "";
  const shown = away.slice(0, 10).join(", ");
  const more = away.length > 10 ? ` and ${away.length - 10} more` : "";
  return `\nnot live, so it takes effect there when they reach etcd again: ${shown}${more}`;
}

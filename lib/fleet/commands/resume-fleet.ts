/**
 * Ends a hold on the fleet or on one host. The answer names what stays held: a host is held by its
 * own hold, by that of the fleet, or by both.
 *
 * @module
 */
import type { FleetReport } from "../../contract/fleet-report.ts";
import { getKey, listKeys, removeKey } from "../etcd/operations.ts";
import type { KeyRange } from "../etcd/txn-answer.ts";
import { activeHold } from "../rules/records.ts";
import type { FleetAccess } from "./fleet-access.ts";
import {
  firstNames,
  foundHoldIn,
  holdKey,
  notReached,
  onceRead,
  resumeCall,
} from "./fleet-holds.ts";

/** A hold to end. */
interface ResumeOrder {
  readonly report: FleetReport;
  /** Undefined for the hold on the whole fleet. */
  readonly host: string | undefined;
  readonly now: Date;
}

/**
 * Ends a hold; returns what to tell the operator.
 *
 * @throws {OperatorError} if etcd does not take it.
 */
export async function resumeHosts(access: FleetAccess, order: ResumeOrder): Promise<string> {
  const { etcd, keys } = access;
  const { report, host, now } = order;
  const key = holdKey(keys, host);
  // The keys of all hosts' holds start with that of a host without a name.
  const other = host === undefined ? listKeys(keys.hostHold("")) : getKey(keys.fleetHold);
  const { ranges } = await etcd.txn([], [getKey(key), removeKey(key), other]);
  const wasHeld = activeHold(foundHoldIn(ranges[0]?.keys[0]), now) !== undefined;
  const held = heldIn(ranges[2], now);
  if (host !== undefined && held.length > 0) return stillHeldByFleet(host, wasHeld);
  const own = report.hosts
    .map(({ name }) => name)
    .filter((name) => held.includes(keys.hostHold(name)));
  const done = wasHeld ? `resumed, ${onceRead(host)}` : "there was no hold";
  return `${done}${stillHeld(own)}${wasHeld ? notReached(report, host) : ""}`;
}

/** The keys of the holds in a range whose time is not over. */
const heldIn = (range: KeyRange | undefined, now: Date): readonly string[] =>
  (range?.keys ?? [])
    .filter((found) => activeHold(foundHoldIn(found), now) !== undefined)
    .map(({ key }) => key);

const stillHeldByFleet = (host: string, wasHeld: boolean): string =>
  `${wasHeld ? `the hold on ${host} is removed` : `there was no hold on ${host} itself`}, but the fleet is held, and ${host} with it; to end that on all hosts, type: ${resumeCall(undefined)}`;

/** Hosts with holds of their own. */
function stillHeld(names: readonly string[]): string {
  if (names.length === 0) return "";
  const [itself, each] = names.length === 1 ? ["itself", ""] : ["themselves", " for each"];
  return `; still held by ${itself}: ${firstNames(names)}; to end that, type${each}: ${resumeCall(names[0])}`;
}

/**
 * What giving a hold and ending one have in common.
 *
 * @module
 */
import type { FleetReport } from "../../contract/fleet-report.ts";
import { parseContract } from "../../contract/parse.ts";
import { type KeyValue, textOf } from "../etcd/txn-answer.ts";
import type { FleetKeys } from "../rules/keys.ts";
import { FleetHold, type FoundHold } from "../rules/records.ts";

/** The key of the hold on a host, or on the whole fleet. */
export const holdKey = (keys: FleetKeys, host: string | undefined): string =>
  host === undefined ? keys.fleetHold : keys.hostHold(host);

export function foundHoldIn(found: KeyValue | undefined): FoundHold {
  if (found === undefined) return undefined;
  const hold = parseContract(textOf(found.base64), FleetHold);
  return hold.outcome === "read" ? hold.value : "unreadable";
}

/** The command that ends a hold. */
export const resumeCall = (host: string | undefined): string =>
  `lazarus-pit fleet resume${host === undefined ? "" : ` --host ${host}`}`;

/** When hosts obey. */
export const onceRead = (host: string | undefined): string =>
  `once ${host ?? "each host"} has ended its next round`;

/** Hosts that are not live read an order when they reach etcd again. */
export function notReached({ hosts }: FleetReport, only?: string): string {
  const meant = hosts.filter(({ name }) => only === undefined || name === only);
  const away = meant.filter(({ state }) => state !== "live").map(({ name }) => name);
  if (away.length === 0) return "";
  return `\nnot live, so it takes effect there when they reach etcd again: ${firstNames(away)}`;
}

/** The first names of a list, and how many more there are. */
export function firstNames(names: readonly string[]): string {
  const more = names.length > 10 ? ` and ${names.length - 10} more` : "";
  return `${names.slice(0, 10).join(", ")}${more}`;
}

/**
 * The orders in etcd, as one host reads them. An order that cannot be read holds.
 *
 * @module
 */
import type * as v from "valibot";
import { parseContract } from "../../contract/parse.ts";
import type { FleetKeys } from "../rules/keys.ts";
import { activeHold, FleetHold, type FoundHold, MissionOrders } from "../rules/records.ts";
import { type KeyValue, textOf } from "./txn-answer.ts";

export interface FleetOrders {
  /** The hold on the fleet, or on one host, whose time is not over. */
  holdOn(host: string, now: Date): FoundHold;
  on(id: string): MissionOrders | "unreadable" | undefined;
}

/** Reads orders when asked for: a fleet may have thousands. */
export function readFleetOrders(keys: FleetKeys, found: readonly KeyValue[]): FleetOrders {
  const values = new Map(found.map(({ key, base64 }) => [key, base64]));
  function read<S extends v.GenericSchema>(key: string, schema: S) {
    const value = values.get(key);
    if (value === undefined) return undefined;
    const order = parseContract(textOf(value), schema);
    return order.outcome === "read" ? order.value : "unreadable";
  }
  return {
    holdOn(host, now) {
      const all = activeHold(read(keys.fleetHold, FleetHold), now);
      const hold = all ?? activeHold(read(keys.hostHold(host), FleetHold), now);
      if (hold === undefined || hold === "unreadable") return hold;
      return { ...hold, host: all === undefined ? host : undefined };
    },
    on: (id) => read(keys.missionOrders(id), MissionOrders),
  };
}

/**
 * The records in etcd. What a host wrote is untrusted: a reader checks it with these schemas.
 *
 * @module
 */
import * as v from "valibot";
import { Amount } from "../../base/number.ts";
import { Timestamp } from "../../base/time.ts";
import { Hold, isHoldOver, Orders } from "../../supervise/orders/rules/order.ts";

/** `alive/<host>`: which process of which store has the name. */
export const AliveRecord = v.looseObject({
  v: v.literal(1),
  /** `<boot id>/<hash of the root and its store>/<UUID of the process>`. */
  run: v.pipe(v.string(), v.regex(/^[0-9a-f-]{1,64}\/[0-9a-f]{16}\/[0-9a-f-]{1,64}$/)),
  root: v.string(),
  version: v.string(),
  interval_seconds: Amount,
});
export type AliveRecord = v.InferOutput<typeof AliveRecord>;

/** True if both runs are of one store on one boot of a host, so that only one of them can be alive. */
export const isSameStore = (run: string, other: string): boolean =>
  run.slice(0, run.lastIndexOf("/")) === other.slice(0, other.lastIndexOf("/"));

/** The part of a run that names the root and its store; it outlives a boot. */
export const storeOf = (run: string): string => run.split("/")[1] ?? "";

/** `leaving/<host>`: an operator says that the host is gone for good. */
export const LeavingRecord = v.looseObject({
  v: v.literal(1),
  at: Timestamp,
  by: v.string(),
  /** When the host has stopped reviving, by the clock of the operator's host. For people only. */
  free_after: Timestamp,
});
export type LeavingRecord = v.InferOutput<typeof LeavingRecord>;

const By = { by: v.optional(v.string()) };

/** `orders/fleet` and `orders/host/<host>`. */
export const FleetHold = v.looseObject({
  ...Hold.entries,
  ...By,
  /** The host that it is for, as a reader notes; undefined for the whole fleet. */
  host: v.optional(v.string()),
});
export type FleetHold = v.InferOutput<typeof FleetHold>;

/** A hold as a reader found it; undefined without one. */
export type FoundHold = FleetHold | "unreadable" | undefined;

/** The hold if its time is not over; one that cannot be read does not end. */
export const activeHold = (hold: FoundHold, now: Date): FoundHold =>
  hold !== undefined && hold !== "unreadable" && isHoldOver(hold, now) ? undefined : hold;

/** `orders/mission/<uuid>`. */
export const MissionOrders = v.looseObject({ ...Orders.entries, ...By });
export type MissionOrders = v.InferOutput<typeof MissionOrders>;

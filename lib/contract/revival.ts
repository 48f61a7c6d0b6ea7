/**
 * What a report says about reviving: attempts, and the orders in effect.
 *
 * @module
 */
import * as v from "valibot";
import { Count } from "../base/number.ts";
import { Timestamp } from "../base/time.ts";

/** An operator's order that keeps supervise from reviving a mission. */
export const CellOrder = v.object({
  order: v.picklist(["snooze", "quarantine"]),
  until: v.optional(Timestamp),
  reason: v.optional(v.string()),
});
export type CellOrder = v.InferOutput<typeof CellOrder>;

/** An order that keeps supervise from reviving anything; null where it cannot be read. */
export const ReportedHold = v.object({
  since: v.nullable(Timestamp),
  reason: v.nullable(v.string()),
  /** When it ends by itself; absent if it does not. */
  until: v.optional(Timestamp),
});
export type ReportedHold = v.InferOutput<typeof ReportedHold>;

/** What a report says about reviving one mission; both are absent if nothing was done or ordered. */
export const CellRevival = v.object({
  /** How often supervise has tried to revive the mission, as far as it remembers. */
  attempts: v.optional(Count),
  /** The orders in effect for the mission. */
  orders: v.optional(v.array(CellOrder)),
});
export type CellRevival = v.InferOutput<typeof CellRevival>;

/** What supervise knows about reviving under a root. */
export interface RevivalFacts {
  readonly hold: ReportedHold | undefined;
  /** By mission id; missions without orders and attempts are absent. */
  readonly cells: ReadonlyMap<string, CellRevival>;
}

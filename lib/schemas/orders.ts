/**
 * What an operator ordered, as files in the state directory that the daemon reads before it acts.
 *
 * @module
 */
import * as v from "valibot";
import { Timestamp } from "./time.ts";

/** Schema of `HOLD`: while it is there nothing is done for any cell. */
export const Hold = v.looseObject({ at: Timestamp, reason: v.optional(v.string()) });
export type Hold = v.InferOutput<typeof Hold>;

/** Schema of the orders for one cell. */
export const Orders = v.looseObject({
  schema_version: v.literal(1),
  snooze: v.optional(
    v.looseObject({ at: Timestamp, until: Timestamp, reason: v.optional(v.string()) }),
  ),
  quarantine: v.optional(v.looseObject({ at: Timestamp, reason: v.string() })),
});
export type Orders = v.InferOutput<typeof Orders>;

export const NO_ORDERS: Orders = { schema_version: 1 };

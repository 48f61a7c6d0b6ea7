/**
 * Schemas of an operator's orders: files in the state directory that the daemon reads each round.
 *
 * @module
 */
import * as v from "valibot";
import { parseTimestamp, Timestamp } from "../../../base/time.ts";

/** Schema of `HOLD`: while this file exists, no cell is revived; with `until`, before that time. */
export const Hold = v.looseObject({
  at: Timestamp,
  until: v.optional(Timestamp),
  reason: v.optional(v.string()),
});
export type Hold = v.InferOutput<typeof Hold>;

/** True if the hold's time is over. */
export const isHoldOver = ({ until }: Pick<Hold, "until">, now: Date): boolean =>
  until !== undefined && Date.parse(until) <= now.getTime();

/** True if `current` ends later than a hold until `until`, or does not end. */
export function isLongerHold(current: Hold | "unreadable", { until }: Hold): boolean {
  if (until === undefined) return false;
  if (current === "unreadable" || current.until === undefined) return true;
  return Date.parse(current.until) > Date.parse(until);
}

/**
 * Schema of what a release declares: the agent that wrote this beat is gone, although supervise
 * cannot see that, because the agent ran on another host or is hidden.
 */
export const ReleasedBeat = v.looseObject({
  at: Timestamp,
  /** Identifies the beat by its contents: a later one shows that the agent lives. */
  digest: v.string(),
  /** The other host that it names. */
  host: v.optional(v.string()),
});
export type ReleasedBeat = v.InferOutput<typeof ReleasedBeat>;

/** Schema of the orders for one cell. */
export const Orders = v.looseObject({
  schema_version: v.literal(1),
  snooze: v.optional(
    v.looseObject({ at: Timestamp, until: Timestamp, reason: v.optional(v.string()) }),
  ),
  released: v.optional(ReleasedBeat),
  quarantine: v.optional(v.looseObject({ at: Timestamp, reason: v.string() })),
});
export type Orders = v.InferOutput<typeof Orders>;

/** The snooze that is still in effect; one whose end cannot be read does not end. */
export function activeSnooze({ snooze }: Orders, now: Date): Orders["snooze"] {
  const end = parseTimestamp(snooze?.until ?? "") ?? Number.POSITIVE_INFINITY;
  return now.getTime() < end ? snooze : undefined;
}

export const NO_ORDERS: Orders = { schema_version: 1 };

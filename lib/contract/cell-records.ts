/**
 * What is stored about one cell besides its verdict, as the health endpoint shows it.
 *
 * @module
 */
import * as v from "valibot";
import { Count } from "../base/number.ts";
import { Timestamp } from "../base/time.ts";
import { Event } from "./event.ts";

/** Schema of an order that is in effect. */
const ActiveOrder = v.object({
  order: v.picklist(["hold", "snooze", "quarantine"]),
  /** Null for a hold that cannot be read: it is in effect all the same. */
  at: v.nullable(Timestamp),
  /** The end of a snooze. */
  until: v.optional(Timestamp),
  reason: v.optional(v.string()),
});
export type ActiveOrder = v.InferOutput<typeof ActiveOrder>;

/** Schema of an attempt to revive a mission, without its command, which may contain secrets. */
const ListedAttempt = v.object({
  number: Count,
  at: v.nullable(Timestamp),
  /** A clause, such as "ended with 1 after 3s". */
  result: v.string(),
});
export type ListedAttempt = v.InferOutput<typeof ListedAttempt>;

/** Schema of what supervise has stored about a cell. */
const SuperviseRecords = v.object({
  /** Null if they cannot be read: then nothing is revived. */
  orders: v.nullable(v.array(ActiveOrder)),
  /** The last ones, oldest first; null if they cannot be read. */
  attempts: v.nullable(v.array(ListedAttempt)),
  /** The last events since `since`, oldest first, without attempts; null if they cannot be read. */
  events: v.nullable(v.array(Event)),
  /** From when on the event log is complete: at most 30 days ago. */
  since: Timestamp,
});
export type SuperviseRecords = v.InferOutput<typeof SuperviseRecords>;

/** Schema of what is in a cell, and in supervise's store about it. */
export const CellRecords = v.object({
  /** From mission.json, shortened. */
  objective: v.nullable(v.string()),
  /** The first names in the directory of artifacts, sorted; null if it cannot be read. */
  artifacts: v.nullable(v.object({ names: v.array(v.string()), has_more: v.boolean() })),
  /** Null without a store: no supervise has watched this root with this state directory. */
  supervise: v.nullable(SuperviseRecords),
});
export type CellRecords = v.InferOutput<typeof CellRecords>;

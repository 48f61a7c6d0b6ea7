/**
 * What supervise noticed or did: a line of its log, and what it tells the operator's program.
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "./id.ts";
import { Count, Seconds } from "./number.ts";
import { Problem, Status, Summary } from "./report.ts";
import { Timestamp } from "./time.ts";

const EventName = v.picklist([
  /** A cell's status is another than it was. */
  "changed",
  /** A cell's status goes to and fro; nothing more is said of it until it stays. */
  "flapping",
  /** It stays again. */
  "steady",
  /** So many cells fell silent at once that the watcher, disk or host is suspect; and no more. */
  "observer-suspect",
  "observer-trusted",
  /** The root could not be listed; and can again. */
  "root-lost",
  "root-back",
  /** A command was run for a dead mission; how it ended. */
  "attempted",
  /** An operator's orders, or those of a command that ended with 125. */
  "held",
  "resumed",
  "snoozed",
  "quarantined",
  "released",
]);

/** Schema of an event. What does not belong to one is left out. */
export const Event = v.looseObject({
  schema_version: v.literal(1),
  at: Timestamp,
  event: EventName,
  mission_id: v.optional(MissionId),
  title: v.optional(v.nullable(v.string())),
  from: v.optional(v.nullable(Status)),
  to: v.optional(v.nullable(Status)),
  problems: v.optional(v.array(Problem)),
  /** How long the status that ended had lasted. */
  lasted_seconds: v.optional(v.nullable(Seconds)),
  /** How many cells an event about many is about. */
  cells: v.optional(Count),
  reason: v.optional(v.string()),
  until: v.optional(Timestamp),
  attempt: v.optional(Count),
  exit_code: v.optional(v.nullable(Count)),
  signal: v.optional(v.nullable(v.string())),
  timed_out: v.optional(v.boolean()),
});
export type Event = v.InferOutput<typeof Event>;

/** Schema of what the operator's program gets on its stdin: all that one round has to tell. */
export const Message = v.object({
  schema_version: v.literal(1),
  at: Timestamp,
  host: v.string(),
  root: v.string(),
  observer_suspect: v.boolean(),
  summary: v.nullable(Summary),
  /** The first of them; `more` says how many were left off. */
  events: v.array(Event),
  more: Count,
});
export type Message = v.InferOutput<typeof Message>;

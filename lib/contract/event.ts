/**
 * Events of supervise: the lines of its log, and the message to the operator's notify programs.
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "../base/id.ts";
import { Labels } from "./mission.ts";
import { Count, Seconds } from "../base/number.ts";
import { Attention, Problem, Status, Summary, Suspicion, SuspicionCause } from "./report.ts";
import { Timestamp } from "../base/time.ts";

const EventName = v.picklist([
  /** A cell's status changed. */
  "changed",
  /** A cell's status keeps changing; its changes cause no notification until it settles. */
  "flapping",
  /** A flapping cell has settled. */
  "steady",
  /** The agent, or its wrapper, says that it makes no progress. */
  "stuck",
  /** The agent waits, for an answer or until a given time. */
  "waiting",
  /** The agent is silent, but the process that its last beat vouches for still runs. */
  "silent-but-running",
  /** A cell or a suspicion is still critical, a while after the last notification. */
  "reminder",
  /** A suspicion, with its `cause`, began or ended. */
  "suspect",
  "suspect-over",
  /** The names of these two in earlier releases. */
  "observer-suspect",
  "observer-trusted",
  /** An operator accepted another directory as the root. */
  "root-accepted",
  /** The root cannot be listed, or can be listed again. */
  "root-lost",
  "root-back",
  /** Orders and attempts cannot be read, so nothing is revived; or they can be read again. */
  "state-lost",
  "state-back",
  /** etcd was restored from a backup: the homes of all missions are requested again. */
  "fleet-restored",
  /** A command was run for a dead mission, and ended. */
  "attempted",
  /** Several attempts failed: the breaker is open, and no attempt is made before `until`. */
  "gave-up",
  /** Orders by an operator, or by a command that ended with 125. */
  "held",
  "resumed",
  "snoozed",
  "quarantined",
  "released",
  /** Orders and attempts of a cell were removed: it had been gone for too long. */
  "forgotten",
  /** `notify --test`: nothing happened. */
  "test",
]);

/** Schema of an event. Fields that do not apply are absent. */
export const Event = v.looseObject({
  schema_version: v.literal(1),
  at: Timestamp,
  event: EventName,
  /**
   * The same in the messages of all routes, also in one that is sent again, and in the log where it is
   * of the same round. An event that a crashed daemon had not stored is found again, with another id.
   * Events of earlier releases have none.
   */
  id: v.optional(v.string()),
  mission_id: v.optional(MissionId),
  title: v.optional(v.nullable(v.string())),
  owner: v.optional(v.nullable(v.string())),
  labels: v.optional(Labels),
  /** The attention that it needs, and that the state before needed. */
  attention: v.optional(Attention),
  attention_before: v.optional(Attention),
  /** One line for people, and what to type next. */
  text: v.optional(v.string()),
  next: v.optional(v.string()),
  /** The mission, or all of them, on the health page. */
  url: v.optional(v.string()),
  from: v.optional(v.nullable(Status)),
  to: v.optional(v.nullable(Status)),
  problems: v.optional(v.array(Problem)),
  /** How long the previous status lasted. */
  lasted_seconds: v.optional(v.nullable(Seconds)),
  /** The cause of a suspicion. */
  cause: v.optional(SuspicionCause),
  /** The number of cells, for an event about several. */
  cells: v.optional(Count),
  reason: v.optional(v.string()),
  /** How an order was given; absent for a command. */
  via: v.optional(v.literal("http")),
  until: v.optional(Timestamp),
  attempt: v.optional(Count),
  exit_code: v.optional(v.nullable(Count)),
  signal: v.optional(v.nullable(v.string())),
  timed_out: v.optional(v.boolean()),
});
export type Event = v.InferOutput<typeof Event>;

/**
 * Schema of the message on a notify program's stdin: the events of one round that its route matches.
 * A message that may not have arrived is sent again, unchanged.
 */
export const Message = v.object({
  schema_version: v.literal(1),
  /** The same whenever this message is sent again. */
  id: v.string(),
  /** Counts the messages of a route from 1; one that is missing was dropped. */
  sequence: Count,
  route: v.string(),
  at: Timestamp,
  host: v.string(),
  root: v.string(),
  /** One line for people. */
  subject: v.string(),
  /** The highest attention of its events. */
  attention: Attention,
  observer_suspect: v.boolean(),
  suspicion: v.optional(Suspicion),
  summary: v.nullable(Summary),
  /** The first events; `more` counts those left out. */
  events: v.array(Event),
  more: Count,
  /** Older messages that were dropped when this one came, because too many were waiting. */
  dropped: Count,
  /** A message of `notify --test`. */
  test: v.optional(v.boolean()),
});
export type Message = v.InferOutput<typeof Message>;

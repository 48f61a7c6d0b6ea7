/**
 * `state/heartbeat.json`: "I was alive at this moment, and doing this".
 *
 * `{"timestamp": "2026-11-22T07:16:53.120Z", "state": "working"}` is a complete heartbeat, so
 * that a shell script can write one. The age is measured from the timestamp in the file, because
 * restoring a backup changes the file's own times.
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "../base/id.ts";
import { Amount, Count, Seconds } from "../base/number.ts";
import { Timestamp } from "../base/time.ts";
import { ProcessIdentity } from "./process-identity.ts";

const EXPECTED = "Expected a lower-case word, such as working";

export const STATE_WORD = /^[a-z][a-z0-9_-]{0,63}$/;

/** An agent's own state: usually initialized, idle, working, waiting, stuck or exiting. */
export const State = v.pipe(v.string(EXPECTED), v.regex(STATE_WORD, EXPECTED));

/** The states that rules depend on. All others are for people. */
export const SEED_STATE = "initialized";
export const EXITING_STATE = "exiting";
export const STUCK_STATE = "stuck";
/** The agent waits, for an answer or until a given time, and may be silent meanwhile. */
export const WAITING_STATE = "waiting";
export const IDLE_STATE = "idle";

/** The progress of the work. */
const Progress = v.looseObject({
  done: Amount,
  total: v.optional(Amount),
  note: v.optional(v.string()),
});

/** A long step without beats until it ends, such as a build. */
export const Activity = v.looseObject({ what: v.string(), expect_seconds: Seconds });

/** How the command of `heartbeat run` ended. */
export const RecordedExit = v.looseObject({
  /** Its exit code, or the signal that ended it. */
  code: v.optional(Count),
  signal: v.optional(v.string()),
  at: Timestamp,
  /** The wrapper itself forwarded this signal: an operator ended the command, it did not crash. */
  forwarded: v.optional(v.boolean()),
});
export type RecordedExit = v.InferOutput<typeof RecordedExit>;

/** Another agent that beats in the same cell. */
const OtherWriter = v.looseObject({
  /** Not `host`: scripts find the beat's own host by that name, without parsing JSON. */
  host_name: v.optional(v.string()),
  pid: v.optional(Count),
  run_id: v.optional(v.string()),
  /** Its last beat. */
  at: Timestamp,
});

/** Schema of a heartbeat. Unknown keys belong to the agent. */
export const Heartbeat = v.looseObject({
  schema_version: v.optional(v.literal(1)),
  mission_id: v.optional(MissionId),
  timestamp: Timestamp,
  state: State,
  /** Incremented by each beat; 0 is the seed that init-cell writes. */
  seq: v.optional(Count),
  /** The agent's intended time between beats. */
  interval_seconds: v.optional(Seconds),
  host: v.optional(v.string()),
  boot_id: v.optional(v.string()),
  /** The beating process: the caller of `heartbeat`. */
  pid: v.optional(Count),
  /** The same in all beats of one run of an agent. */
  run_id: v.optional(v.string()),
  message: v.optional(v.string()),
  progress: v.optional(Progress),
  activity: v.optional(Activity),
  /** When the state began, if earlier beats had it too. */
  state_since: v.optional(Timestamp),
  /** When the state `waiting` ends at the latest. */
  until: v.optional(Timestamp),
  /** The agent beats only at events of its session, so none is expected while it is idle. */
  on_events: v.optional(v.boolean()),
  /** The process that this beat vouches for: while it runs, the agent lives. */
  process: v.optional(ProcessIdentity),
  /** The `heartbeat run` that wrote it. */
  runner: v.optional(ProcessIdentity),
  exit: v.optional(RecordedExit),
  other_writer: v.optional(OtherWriter),
});
export type Heartbeat = v.InferOutput<typeof Heartbeat>;

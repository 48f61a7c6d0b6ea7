/**
 * `state/heartbeat.json`: "I was alive at this moment, and doing this".
 *
 * `{"timestamp": "2026-11-22T07:16:53.120Z", "state": "working"}` is a whole heartbeat, so
 * that a shell script can write one. The moment counted is the one written inside: a
 * file's own times also move when a backup brings it back.
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "./id.ts";
import { Amount, Count, Seconds } from "./number.ts";
import { Timestamp } from "./time.ts";

const EXPECTED = "Expected a lower-case word, such as working";

/** What an agent says of itself: usually initialized, idle, working, waiting, stuck or exiting. */
export const State = v.pipe(v.string(EXPECTED), v.regex(/^[a-z][a-z0-9_-]{0,63}$/, EXPECTED));

/** The states that a rule reads. Every other word is for people. */
export const SEED_STATE = "initialized";
export const LAST_STATE = "exiting";
export const STUCK_STATE = "stuck";

/** How far the work has come. */
const Progress = v.looseObject({
  done: Amount,
  total: v.optional(Amount),
  note: v.optional(v.string()),
});

/** A long step that beats nothing until it ends, such as a build. */
export const Activity = v.looseObject({ what: v.string(), expect_seconds: Seconds });

/** Schema of a heartbeat. Unknown keys are the agent's own. */
export const Heartbeat = v.looseObject({
  schema_version: v.optional(v.literal(1)),
  mission_id: v.optional(MissionId),
  timestamp: Timestamp,
  state: State,
  /** One more with each beat; 0 is the seed that init-cell wrote. */
  seq: v.optional(Count),
  /** How often the agent means to beat. */
  interval_seconds: v.optional(Seconds),
  host: v.optional(v.string()),
  boot_id: v.optional(v.string()),
  /** The process that beats: the caller of `heartbeat`. */
  pid: v.optional(Count),
  /** The same in all beats of one run of an agent. */
  run_id: v.optional(v.string()),
  message: v.optional(v.string()),
  progress: v.optional(Progress),
  activity: v.optional(Activity),
});
export type Heartbeat = v.InferOutput<typeof Heartbeat>;

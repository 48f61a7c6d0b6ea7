/**
 * One attempt to bring a dead mission back, as it is kept in the state directory: a claim
 * before the command starts, and how it ended.
 *
 * An attempt is named by the mission, the beat that it died on, and a number. A claim is
 * made once and never changed, so that no attempt is made twice.
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "./id.ts";
import { Count, Seconds, WholeSeconds } from "./number.ts";
import { Timestamp } from "./time.ts";

/** Sixteen hexadecimal digits of the SHA-256 of a beat. */
const Digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/));

/** A moment that can be told from now also after the clock was set. */
const moment = {
  at: Timestamp,
  boot_id: v.string(),
  /** Seconds from the host's start: a clock that nobody sets. */
  uptime_seconds: Seconds,
};

/** Schema of the mark of a cell that was well: the attempts before it count no more. */
export const Well = v.looseObject({ schema_version: v.literal(1), ...moment });
export type Well = v.InferOutput<typeof Well>;

export const Claim = v.looseObject({
  schema_version: v.literal(1),
  root: v.string(),
  mission_id: MissionId,
  digest: Digest,
  number: Count,
  ...moment,
  host: v.string(),
  pid: Count,
  command: v.array(v.string()),
  /** How long the command may take. */
  timeout_seconds: WholeSeconds,
  /** The cell is well again when it has been healthy for so long. */
  reset_after_seconds: WholeSeconds,
});
export type Claim = v.InferOutput<typeof Claim>;

export const Outcome = v.looseObject({
  schema_version: v.literal(1),
  ended_at: Timestamp,
  duration_ms: Count,
  /** Null when a signal ended it, or it could not be started. */
  exit_code: v.nullable(Count),
  signal: v.nullable(v.string()),
  timed_out: v.boolean(),
  /** Why it could not be started. */
  error: v.optional(v.string()),
  /** The end of what it wrote to stdout and stderr. */
  log_tail: v.string(),
});
export type Outcome = v.InferOutput<typeof Outcome>;

/** The exit code by which a command says: never again. */
export const NEVER_AGAIN = 125;

/** What the exit of a command says of its attempt. */
export function verdictOf({ exit_code, timed_out }: Outcome): "succeeded" | "failed" | "final" {
  if (exit_code === NEVER_AGAIN) return "final";
  return exit_code === 0 && !timed_out ? "succeeded" : "failed";
}

/**
 * Schemas of one attempt to revive a dead mission, in the state directory: a claim before the
 * command starts, the command's process while it runs, and the outcome.
 *
 * `Attempt` summarizes what the gates need of one.
 *
 * An attempt is identified by the mission, its last beat, and a number. A claim is created once
 * and never changed, so that no attempt runs twice.
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "../../../base/id.ts";
import { Count, Seconds, WholeSeconds } from "../../../base/number.ts";
import { processEntries } from "../../../contract/process-identity.ts";
import { Timestamp } from "../../../base/time.ts";

/** The first 16 hexadecimal digits of the SHA-256 of a beat. */
const Digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/));

/** A time whose age is known even after the wall clock was set. */
const storedTime = {
  at: Timestamp,
  boot_id: v.string(),
  /** Seconds since boot, by a clock that cannot be set. */
  uptime_seconds: Seconds,
};

/** Schema of the last recovery of a cell: attempts before it no longer count. */
export const Recovery = v.looseObject({ schema_version: v.literal(1), ...storedTime });
export type Recovery = v.InferOutput<typeof Recovery>;

export const Claim = v.looseObject({
  schema_version: v.literal(1),
  root: v.string(),
  mission_id: MissionId,
  digest: Digest,
  number: Count,
  ...storedTime,
  host: v.string(),
  /** The daemon that created it and runs the command. */
  ...processEntries,
  command: v.array(v.string()),
  /** The command's time limit. */
  timeout_seconds: WholeSeconds,
  /** How long the cell must be healthy to count as recovered. */
  reset_after_seconds: WholeSeconds,
});
export type Claim = v.InferOutput<typeof Claim>;

/**
 * Schema of the process of an attempt's command. The command runs only after this is on disk, so
 * that the next daemon finds a command that this one leaves running.
 */
export const WorkerProcess = v.looseObject({ schema_version: v.literal(1), ...processEntries });
export type WorkerProcess = v.InferOutput<typeof WorkerProcess>;

export const Outcome = v.looseObject({
  schema_version: v.literal(1),
  ended_at: Timestamp,
  duration_ms: Count,
  /** Null if a signal ended it, it could not be started, or it is unwatched. */
  exit_code: v.nullable(Count),
  signal: v.nullable(v.string()),
  timed_out: v.boolean(),
  /** The daemon that started it stopped before it ended, so its exit code is unknown. */
  unwatched: v.optional(v.boolean()),
  /** Why it could not be started. */
  error: v.optional(v.string()),
  /** The tail of its stdout and stderr. */
  log_tail: v.string(),
});
export type Outcome = v.InferOutput<typeof Outcome>;

/** What the next attempt depends on in an earlier one. */
export interface Attempt {
  readonly digest: string;
  readonly number: number;
  /** Seconds since it was claimed. */
  readonly elapsed: number;
  /** How long its command ran; if its end was not observed, the longest possible time. */
  readonly tookSeconds: number;
  /**
   * `unknown`: its command cannot be seen, and may still be running. `lost`: it is over, and its
   * result is unknown. `final`: it requested "never again". `unreadable`: its record exists, but
   * cannot be read.
   */
  readonly state: "running" | "unknown" | "succeeded" | "failed" | "final" | "lost" | "unreadable";
  /** Its command's pid, if the command is or may be running. */
  readonly pid?: number;
}

/** The exit code with which a command requests that its mission is never revived again. */
export const QUARANTINE_EXIT_CODE = 125;

/** The result of an attempt; `lost` if its exit code is unknown, `final` for "never again". */
export function resultOf(outcome: Outcome): "succeeded" | "failed" | "final" | "lost" {
  const { exit_code, timed_out, unwatched } = outcome;
  if (unwatched === true && !timed_out) return "lost";
  if (exit_code === QUARANTINE_EXIT_CODE) return "final";
  return exit_code === 0 && !timed_out ? "succeeded" : "failed";
}

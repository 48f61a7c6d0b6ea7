/**
 * The events of attempts.
 *
 * @module
 */
import { type Claim, type Outcome, QUARANTINE_EXIT_CODE } from "./rules/attempt.ts";
import type { BreakerOpening } from "./rules/attempt-gates.ts";
import { defined } from "../../base/defined.ts";
import { describeDuration } from "../../base/duration.ts";
import type { Event } from "../../contract/event.ts";
import type { PlannedAttempt } from "./plan.ts";

/** Why an attempt that outlived its daemon has no exit code. */
export const EXIT_CODE_UNKNOWN =
  "its exit code is unknown: the daemon that started it stopped before it ended";

/** A command was run and has ended. */
export const attemptedEvent = (
  { mission_id, number }: Claim,
  outcome: Outcome,
  title: string | null,
): Event => ({
  schema_version: 1,
  at: outcome.ended_at,
  event: "attempted",
  mission_id,
  title,
  attempt: number,
  exit_code: outcome.exit_code,
  signal: outcome.signal,
  timed_out: outcome.timed_out,
  ...defined({
    reason: outcome.error ?? (outcome.unwatched === true ? EXIT_CODE_UNKNOWN : undefined),
  }),
});

/** The command itself requested this quarantine; only an operator's release lifts it. */
export const quarantinedEvent = ({ mission_id }: Claim, { ended_at: at }: Outcome): Event => ({
  schema_version: 1,
  at,
  event: "quarantined",
  mission_id,
  reason: `the command ended with ${QUARANTINE_EXIT_CODE}: never again`,
});

/** The breaker is open, and the mission still dead: the next attempt is made after `until`. */
export const gaveUpEvent = (
  { observed: { cell }, context, policy }: PlannedAttempt,
  { until }: BreakerOpening,
): Event => ({
  schema_version: 1,
  at: context.now.toISOString(),
  event: "gave-up",
  mission_id: cell.mission_id,
  title: cell.title,
  problems: cell.problems,
  attempt: context.attempts.length,
  until,
  reason: `${context.attempts.length} attempts within ${describeDuration(policy.interval_seconds)} did not bring it back`,
});

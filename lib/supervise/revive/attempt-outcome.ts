/**
 * Writes the outcome of an attempt that has ended, and creates its events.
 *
 * @module
 */
import { type Claim, type Outcome, QUARANTINE_EXIT_CODE } from "./rules/attempt.ts";
import type { Clock } from "../../base/clock.ts";
import type { Event } from "../../contract/event.ts";
import { attemptedEvent, quarantinedEvent } from "./attempt-events.ts";
import { recordOutcome } from "./attempt-store.ts";
import { forgetOldAttempts, readClocks } from "./attempt-history.ts";
import type { Store } from "../store/store.ts";

/**
 * Writes an outcome to the disk, and returns its events. May be called again.
 *
 * @throws {OperatorError} when it cannot be written.
 */
export type OutcomeWriter = () => Event[];

/** Where an outcome is written, and by which clocks old attempts are forgotten. */
export interface OutcomeContext {
  readonly store: Store;
  readonly clock: Clock;
}

/** Returns the writer of an outcome; `title` is the cell's, null when unknown. */
export const outcomeWriter =
  (
    { store, clock }: OutcomeContext,
    claim: Claim,
    outcome: Outcome,
    title: string | null,
  ): OutcomeWriter =>
  () => {
    recordOutcome(store, claim, outcome);
    forgetOldAttempts(store, claim.mission_id, claim.digest, readClocks(clock));
    const events = [attemptedEvent(claim, outcome, title)];
    return outcome.exit_code === QUARANTINE_EXIT_CODE
      ? [...events, quarantinedEvent(claim, outcome)]
      : events;
  };

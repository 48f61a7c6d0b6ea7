/**
 * Writes the outcome of an attempt that has ended, together with its events.
 *
 * @module
 */
import { type Claim, type Outcome, QUARANTINE_EXIT_CODE } from "./rules/attempt.ts";
import type { Clock } from "../../base/clock.ts";
import { attemptedEvent, quarantinedEvent } from "./attempt-events.ts";
import { attemptPath } from "./attempt-files.ts";
import { recordOutcome } from "./attempt-store.ts";
import { forgetOldAttempts, readClocks } from "./attempt-history.ts";
import type { EventQueue } from "../status/event-queue.ts";
import type { Store } from "../store/store.ts";

/**
 * Writes an outcome to the disk, and queues its events. May be called again.
 *
 * @throws {OperatorError} when it cannot be written.
 */
export type OutcomeWriter = () => void;

/** Where an outcome and its events are written, and by which clocks old attempts are forgotten. */
export interface OutcomeContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly addRecorded: EventQueue["addRecorded"];
}

/** Returns the writer of an outcome; `title` is the cell's, null when unknown. */
export const outcomeWriter = (
  { store, clock, addRecorded }: OutcomeContext,
  claim: Claim,
  outcome: Outcome,
  title: string | null,
): OutcomeWriter => {
  const { mission_id: id, digest } = claim;
  const isFinal = outcome.exit_code === QUARANTINE_EXIT_CODE;
  const quarantined = isFinal ? [quarantinedEvent(claim, outcome)] : [];
  let isRecorded = false;
  return () => {
    if (!isRecorded)
      addRecorded({
        events: [attemptedEvent(claim, outcome, title), ...quarantined],
        record: attemptPath(id, claim, "outcome"),
        write: () => recordOutcome(store, claim, outcome),
      });
    isRecorded = true;
    forgetOldAttempts(store, id, digest, readClocks(clock));
  };
};

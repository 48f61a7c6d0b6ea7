/**
 * Adopts attempts that a killed daemon left without an outcome: their commands may still be
 * running. An adopted command keeps the time limit that began at its start.
 *
 * @module
 */
import { unseenAttemptText } from "./rules/attempt-gates.ts";
import { elapsedSeconds } from "./rules/elapsed.ts";
import type { Claim, Outcome, WorkerProcess } from "./rules/attempt.ts";
import { waitForAdopted } from "../../host/programs/running-programs.ts";
import { queueStderr } from "../../host/stdio/async-stderr.ts";
import { livenessOf } from "../../host/host.ts";
import type { Liveness } from "../../contract/process-identity.ts";
import { type OutcomeContext, type OutcomeWriter, outcomeWriter } from "./attempt-outcome.ts";
import { attemptHistory, readClocks } from "./attempt-history.ts";

/** The adopted attempts for one cell. */
export interface AdoptedAttempts {
  /** For commands that have ended. */
  readonly ended: readonly OutcomeWriter[];
  /** For running commands; each resolves when its command has ended. */
  readonly running: readonly Promise<OutcomeWriter>[];
}

/**
 * Adopts the attempts for a cell that have no outcome; this process must not have started any of
 * them. A command that cannot be seen from this process is printed, and not adopted.
 *
 * @throws {OperatorError} when the attempts cannot be read.
 */
export function adoptAttempts(context: OutcomeContext, id: string): AdoptedAttempts {
  const { store, clock } = context;
  const ended: OutcomeWriter[] = [];
  const running: Promise<OutcomeWriter>[] = [];
  for (const { record, elapsed } of attemptHistory(store, id, readClocks(clock))) {
    const { claim, worker, outcome } = record;
    if (claim === undefined || worker === undefined || outcome !== undefined) continue;
    const liveness = livenessOf(worker);
    printAdoption(claim, worker, liveness);
    if (liveness === "alive") running.push(waitForOutcome(context, claim, worker, elapsed));
    if (liveness === "gone")
      ended.push(writerFor(context, claim, maxDuration(claim, elapsed), false));
  }
  return { ended, running };
}

/** The longest time that a command may have run, in seconds, when its end was not observed. */
const maxDuration = ({ timeout_seconds }: Claim, elapsed: number): number =>
  Math.min(elapsed, timeout_seconds);

async function waitForOutcome(
  context: OutcomeContext,
  claim: Claim,
  worker: WorkerProcess,
  elapsed: number,
): Promise<OutcomeWriter> {
  const secondsLeft = Math.max(0, claim.timeout_seconds - elapsed);
  const timedOut = await waitForAdopted(worker, 1000 * secondsLeft);
  return writerFor(context, claim, elapsedSeconds(claim, readClocks(context.clock)), timedOut);
}

function writerFor(
  context: OutcomeContext,
  claim: Claim,
  tookSeconds: number,
  timedOut: boolean,
): OutcomeWriter {
  const outcome: Outcome = {
    schema_version: 1,
    ended_at: context.clock.now().toISOString(),
    duration_ms: Math.round(1000 * tookSeconds),
    exit_code: null,
    signal: null,
    timed_out: timedOut,
    unwatched: true,
    log_tail: "",
  };
  return outcomeWriter(context, claim, outcome, null);
}

function printAdoption(
  { mission_id, number }: Claim,
  { pid }: WorkerProcess,
  liveness: Liveness,
): void {
  const texts = {
    alive: `adopted attempt ${number} of an earlier daemon: process ${pid}`,
    gone: `attempt ${number} ended while no daemon was running`,
    unknown: unseenAttemptText({ number, pid }),
  };
  queueStderr(`supervise: ${mission_id}: ${texts[liveness]}\n`);
}

/**
 * Runs one attempt to revive a dead mission: claims it, logs it in the cell, runs its command.
 *
 * The order ensures that each attempt runs at most once: the claim is on disk before the command
 * starts, and only the process that created the claim starts it. The command's process is recorded
 * on disk before the command runs, so that the next daemon finds it if this one is killed.
 *
 * @module
 */
import { join } from "node:path";
import { storedTime } from "./rules/elapsed.ts";
import type { Claim, Outcome } from "./rules/attempt.ts";
import type { Clock } from "../../base/clock.ts";
import { defined } from "../../base/defined.ts";
import { OperatorError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { type BackgroundResult, runInBackground } from "../../host/programs/background-process.ts";
import { appendEvent } from "../../cell/log.ts";
import { observeCell } from "../../cell/observe.ts";
import { type Root, withSubdirectory } from "../../host/files/directory.ts";
import { errnoOf } from "../../host/errno.ts";
import { hostName, thisProcess } from "../../host/host.ts";
import { claimAttempt, forgetAttempt, recordWorker } from "./attempt-store.ts";
import { type OutcomeContext, type OutcomeWriter, outcomeWriter } from "./attempt-outcome.ts";
import type { PlannedAttempt } from "./plan.ts";
import { readClocks } from "./attempt-history.ts";
import type { Store } from "../store/store.ts";

/** What it takes to run an attempt. */
export interface AttemptContext extends OutcomeContext {
  readonly root: Root;
  /** Reads the cell again; true if its beat, its process and the operator's orders are as planned. */
  readonly isStillDue: () => boolean;
}

/**
 * Claims a planned attempt and starts its command. Returns a promise of the writer of its outcome,
 * or undefined if another process has claimed this attempt.
 *
 * @throws {OperatorError} when the claim cannot be written, or the store was replaced; no command
 * was started then.
 */
export function startAttempt(
  context: AttemptContext,
  planned: PlannedAttempt,
): Promise<OutcomeWriter> | undefined {
  const { store, clock, root } = context;
  const claim = claimOf(root, planned, clock);
  if (!claimAttempt(store, claim)) return undefined;
  // The plan must come from the store that holds the claim now.
  store.check();
  return finishAttempt(context, claim, planned);
}

/**
 * Runs the command, which is held until its process is recorded. A slow disk may delay that, so the
 * cell is read once more: if its agent lives again, the attempt is dropped and does not count.
 */
async function finishAttempt(
  context: AttemptContext,
  claim: Claim,
  planned: PlannedAttempt,
): Promise<OutcomeWriter> {
  const { store, clock, root, isStillDue } = context;
  let isDropped = false;
  const ended = await runInBackground(planned.command, {
    env: environmentOf(claim, planned),
    timeoutMs: 1000 * claim.timeout_seconds,
    remember(worker) {
      recordWorker(store, claim, worker);
      isDropped = !isStillDue();
      if (isDropped) throw new Error("the mission is no longer dead");
      logInCell(root, claim, clock.now());
    },
  });
  if (isDropped) return () => dropAttempt(store, claim);
  const outcome = outcomeOf(ended, claim.command, clock.now());
  return outcomeWriter(context, claim, outcome, planned.observed.cell.title);
}

/** Removes an attempt whose command never ran, so that it does not count. */
const dropAttempt = (store: Store, claim: Claim): void =>
  forgetAttempt(store, claim.mission_id, claim);

function claimOf(
  root: Root,
  { observed, digest, attempt, command, policy }: PlannedAttempt,
  clock: Clock,
): Claim {
  return {
    schema_version: 1,
    root: root.path,
    mission_id: observed.cell.mission_id,
    digest,
    number: attempt,
    ...storedTime(readClocks(clock)),
    host: hostName(),
    ...thisProcess(),
    command: [...command],
    timeout_seconds: policy.timeout_seconds,
    reset_after_seconds: policy.reset_after_seconds,
  };
}

/** Logs the attempt in the cell if permitted: observers often have no write access. */
function logInCell(
  root: Root,
  { mission_id: id, number: attempt, digest }: Claim,
  now: Date,
): void {
  try {
    const facts = observeCell(root, id);
    const event = { program: "supervise", event: "revive", attempt, digest };
    withSubdirectory(root.fd, [id], (cell) => appendEvent(cell, facts, event, now));
  } catch (error) {
    if (!(error instanceof OperatorError) && errnoOf(error) === undefined) throw error;
  }
}

/** The variables that describe the cell to the command. */
const environmentOf = (
  { root, mission_id, number }: Claim,
  { observed: { cell } }: PlannedAttempt,
) => ({
  MISSION_ID: mission_id,
  MISSION_ROOT: root,
  MISSION_CELL: join(root, mission_id),
  MISSION_STATUS: cell.status,
  MISSION_PROBLEM: cell.problems[0]?.code ?? "",
  MISSION_LAST_HEARTBEAT: cell.last_heartbeat ?? "",
  MISSION_ATTEMPT: String(number),
});

const outcomeOf = (
  ended: BackgroundResult,
  [program = ""]: readonly string[],
  now: Date,
): Outcome => ({
  schema_version: 1,
  ended_at: now.toISOString(),
  duration_ms: ended.durationMs,
  exit_code: ended.exitCode,
  signal: ended.signal,
  timed_out: ended.timedOut,
  ...defined({ error: ended.error && `cannot start ${quoted(program)}: ${ended.error}` }),
  log_tail: ended.tail,
});

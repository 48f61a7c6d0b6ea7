/**
 * One attempt to bring a dead mission back: claimed, logged, run, and its outcome kept.
 *
 * The order is what makes an attempt happen at most once: the claim is on the disk before the
 * command starts, and whoever does not get it starts nothing.
 *
 * @module
 */
import { join } from "node:path";
import { type Claim, NEVER_AGAIN, type Outcome } from "../../schemas/attempt.ts";
import { OperatorError } from "../../schemas/errors.ts";
import type { Event } from "../../schemas/event.ts";
import { type EndedAside, runAside } from "../host/aside.ts";
import { note } from "../cell/log.ts";
import { observeCell } from "../cell/observe.ts";
import { type Root, withPlace } from "../host/directory.ts";
import { errnoOf } from "../host/errno.ts";
import { hostName } from "../host/host.ts";
import { claimAttempt, recordOutcome } from "./attempts.ts";
import type { Planned } from "./plan.ts";
import { forgetOldest, thisMoment } from "./since-well.ts";
import type { Store } from "./store.ts";

/**
 * Keeps how an attempt ended, and gives the events that come of it. May be called again.
 *
 * @throws {OperatorError} when it cannot be kept.
 */
export type Keep = () => Event[];

/**
 * Claims what is planned and, where nobody else had, starts its command. Gives a promise of
 * what keeps its outcome, or undefined when another process has made this attempt.
 *
 * @throws {OperatorError} when the claim cannot be written: then nothing was started.
 */
export function startAttempt(
  store: Store,
  root: Root,
  planned: Planned,
  now: Date,
): Promise<Keep> | undefined {
  const claim = claimOf(root, planned, now);
  if (!claimAttempt(store, claim)) return undefined;
  noteInCell(root, claim, now);
  return finishAttempt(store, claim, planned);
}

async function finishAttempt(store: Store, claim: Claim, planned: Planned): Promise<Keep> {
  const ended = await runAside(planned.command, {
    env: environmentOf(claim, planned),
    timeoutMs: 1000 * claim.timeout_seconds,
  });
  const outcome = outcomeOf(ended, new Date());
  return () => {
    recordOutcome(store, claim, outcome);
    forgetOldest(store, claim.mission_id, claim.digest, new Date());
    const events = [attempted(claim, planned, outcome)];
    return outcome.exit_code === NEVER_AGAIN ? [...events, quarantined(claim, outcome)] : events;
  };
}

function claimOf(
  root: Root,
  { seen, digest, attempt, command, policy }: Planned,
  now: Date,
): Claim {
  return {
    schema_version: 1,
    root: root.path,
    mission_id: seen.cell.mission_id,
    digest,
    number: attempt,
    ...thisMoment(now),
    host: hostName(),
    pid: process.pid,
    command: [...command],
    timeout_seconds: policy.timeout_seconds,
    reset_after_seconds: policy.reset_after_seconds,
  };
}

/** Says it in the cell's own log, where we may write there: observers often may not. */
function noteInCell(
  root: Root,
  { mission_id: id, number: attempt, digest }: Claim,
  now: Date,
): void {
  try {
    const facts = observeCell(root, id);
    const event = { program: "supervise", event: "revive", attempt, digest };
    withPlace(root.fd, [id], (cell) => note(cell, facts, event, now));
  } catch (error) {
    if (!(error instanceof OperatorError) && errnoOf(error) === undefined) throw error;
  }
}

/** The cell, as the command gets it. */
const environmentOf = ({ root, mission_id, number }: Claim, { seen: { cell } }: Planned) => ({
  MISSION_ID: mission_id,
  MISSION_ROOT: root,
  MISSION_CELL: join(root, mission_id),
  MISSION_STATUS: cell.status,
  MISSION_PROBLEM: cell.problems[0]?.code ?? "",
  MISSION_LAST_HEARTBEAT: cell.last_heartbeat ?? "",
  MISSION_ATTEMPT: String(number),
});

const outcomeOf = (ended: EndedAside, now: Date): Outcome => ({
  schema_version: 1,
  ended_at: now.toISOString(),
  duration_ms: ended.durationMs,
  exit_code: ended.exitCode,
  signal: ended.signal,
  timed_out: ended.timedOut,
  ...(ended.error === undefined ? {} : { error: ended.error }),
  log_tail: ended.tail,
});

const attempted = ({ mission_id, number }: Claim, { seen }: Planned, outcome: Outcome): Event => ({
  schema_version: 1,
  at: outcome.ended_at,
  event: "attempted",
  mission_id,
  title: seen.cell.title,
  attempt: number,
  exit_code: outcome.exit_code,
  signal: outcome.signal,
  timed_out: outcome.timed_out,
  ...(outcome.error === undefined ? {} : { reason: outcome.error }),
});

/** What the outcome itself says; only an operator's release lifts it. */
const quarantined = ({ mission_id }: Claim, { ended_at: at }: Outcome): Event => ({
  schema_version: 1,
  at,
  event: "quarantined",
  mission_id,
  reason: `the command ended with ${NEVER_AGAIN}: never again`,
});

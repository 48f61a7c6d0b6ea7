/**
 * The age of attempts, by a clock that cannot be set, and which attempts still count: those since
 * the cell last recovered.
 *
 * @module
 */
import { join } from "node:path";
import { type ClockReadings, elapsedSeconds, isAfter, storedTime } from "./rules/elapsed.ts";
import { type Attempt, type Outcome, Recovery, resultOf } from "./rules/attempt.ts";
import type { Clock } from "../../base/clock.ts";
import { valueOf } from "../../contract/facts.ts";
import { ATTEMPTS_LIMIT } from "../../contract/revive-policy.ts";
import { livenessOf } from "../../host/host.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { attemptsDirectoryOf, tryRemoveFile } from "./attempt-files.ts";
import { type AttemptRecord, forgetAttempt, readAttempts } from "./attempt-store.ts";
import { readState, writeState } from "../store/store.ts";

/** How long after its timeout a command may still be running when its end was not observed. */
const GRACE_SECONDS = 60;

/** The time of the last recovery. */
const recoveryPath = (state: StorePaths, id: string): string =>
  join(attemptsDirectoryOf(state, id), "well.json");

/** Reads the clocks of a host once, for use with many records. */
export const readClocks = ({ now, monotonic, uptime, bootId }: Clock): ClockReadings => ({
  now: now(),
  boot_id: bootId,
  uptimeSeconds: uptime(),
  runningSeconds: monotonic(),
});

/** An attempt on disk. */
export interface AgedAttempt {
  readonly record: AttemptRecord;
  /** Seconds since it was claimed. */
  readonly elapsed: number;
}

/**
 * Reads the attempts for a cell, oldest first.
 *
 * @throws {OperatorError} when they cannot be read.
 */
export function attemptHistory(
  state: StorePaths,
  id: string,
  clocks: ClockReadings,
): AgedAttempt[] {
  return readAttempts(state, id)
    .map((record) => ({ record, elapsed: elapsedSeconds(record.claim, clocks) }))
    .toSorted((a, b) => b.elapsed - a.elapsed || a.record.number - b.record.number);
}

/** The attempts in `history` that still count: running ones, and those since the last recovery. */
export function attemptsSinceRecovery(
  state: StorePaths,
  id: string,
  history: readonly AgedAttempt[],
  clocks: ClockReadings,
): Attempt[] {
  if (history.length === 0) return [];
  const recovery = valueOf(readState(recoveryPath(state, id), Recovery));
  return history
    .map(({ record, elapsed }) => ({ claim: record.claim, attempt: attemptOf(record, elapsed) }))
    .filter(
      ({ claim, attempt }) =>
        attempt.state === "running" || recovery === undefined || isAfter(claim, recovery, clocks),
    )
    .map(({ attempt }) => attempt);
}

/** Records that a cell with attempts has recovered: they no longer count. */
export function recordRecovery(state: StorePaths, id: string, clocks: ClockReadings): void {
  if (readAttempts(state, id).length === 0) return;
  const recovery: Recovery = { schema_version: 1, ...storedTime(clocks) };
  writeState(recoveryPath(state, id), `${JSON.stringify(recovery)}\n`);
}

/** Removes the record of the last recovery. */
export const removeRecovery = (state: StorePaths, id: string): void =>
  tryRemoveFile(recoveryPath(state, id));

/**
 * Removes a cell's oldest attempts beyond `ATTEMPTS_LIMIT`. On the current beat, `digest`, the
 * last ones stay, so that no number is used twice, and the first ones, which opened the breaker.
 */
export function forgetOldAttempts(
  state: StorePaths,
  id: string,
  digest: string,
  clocks: ClockReadings,
): void {
  const records = attemptHistory(state, id, clocks).map(({ record }) => record);
  const onEarlierBeats = records.slice(0, -ATTEMPTS_LIMIT).filter((each) => each.digest !== digest);
  const onThisBeat = records.filter((each) => each.digest === digest);
  // By number, which does not depend on clocks: the next number follows from the highest one.
  const byNumber = onThisBeat.toSorted((a, b) => a.number - b.number);
  const between = byNumber.slice(ATTEMPTS_LIMIT, -ATTEMPTS_LIMIT);
  for (const record of [...onEarlierBeats, ...between]) forgetAttempt(state, id, record);
}

function attemptOf(record: AttemptRecord, elapsed: number): Attempt {
  const { digest, number, outcome } = record;
  const base = { digest, number, elapsed };
  if (record.isUnreadable) return { ...base, tookSeconds: 0, state: "unreadable" };
  if (outcome === undefined) return { ...base, ...unfinishedState(record, elapsed) };
  return { ...base, tookSeconds: durationOf(outcome, elapsed), state: resultOf(outcome) };
}

type AttemptState = Pick<Attempt, "tookSeconds" | "state" | "pid">;

/** The state of an attempt without an outcome, by its command's process or else its daemon's. */
function unfinishedState({ claim, worker }: AttemptRecord, elapsed: number): AttemptState {
  const liveness = worker === undefined ? "gone" : livenessOf(worker);
  if (worker !== undefined && liveness !== "gone") {
    const state = liveness === "alive" ? "running" : "unknown";
    return { tookSeconds: elapsed, state, pid: worker.pid };
  }
  const timeout = claim?.timeout_seconds ?? 0;
  // Without a running command, its daemon may still be about to start it, or to write its outcome.
  const mayRun =
    claim !== undefined && elapsed < timeout + GRACE_SECONDS && livenessOf(claim) !== "gone";
  return { tookSeconds: timeout, state: mayRun ? "running" : "lost" };
}

const durationOf = ({ duration_ms }: Outcome, elapsed: number): number =>
  Math.min(duration_ms / 1000, elapsed);

/**
 * Attempts on disk. Each is claimed once, before its command starts.
 *
 * @module
 */
import { join } from "node:path";
import { quoted } from "../../base/printable.ts";
import { FILE_MODE } from "../../contract/cell.ts";
import { Claim, Outcome, WorkerProcess } from "./rules/attempt.ts";
import { valueOf } from "../../contract/facts.ts";
import { isCanonicalId } from "../../base/id.ts";
import type { ProcessIdentity } from "../../contract/process-identity.ts";
import { withDirectory } from "../../host/files/directory.ts";
import { systemFailure } from "../../host/errno.ts";
import { addFile } from "../../host/files/atomic-file.ts";
import { createDirectory, type StorePaths } from "../../host/files/state-dir.ts";
import {
  attemptsDirectory,
  attemptsDirectoryOf,
  attemptFileName,
  type AttemptPart,
  CLAIM_NAME,
  listAttempts,
  listAttemptsOf,
  tryRemoveFile,
} from "./attempt-files.ts";
import { readState, writeState } from "../store/store.ts";

/** An attempt on disk; absent and unreadable parts are undefined. */
export interface AttemptRecord {
  readonly digest: string;
  readonly number: number;
  readonly claim: Claim | undefined;
  /** The process of its command; undefined before it starts, and when there is an outcome. */
  readonly worker: WorkerProcess | undefined;
  readonly outcome: Outcome | undefined;
  /** True if one of them exists, but cannot be read. */
  readonly isUnreadable: boolean;
}

/**
 * Reads the attempts for a cell, unsorted.
 *
 * @throws {OperatorError} when they cannot be read.
 */
export function readAttempts(state: StorePaths, id: string): AttemptRecord[] {
  const directory = attemptsDirectoryOf(state, id);
  return listAttemptsOf(state, id).flatMap((name) => recordIn(directory, name));
}

function recordIn(directory: string, name: string): AttemptRecord[] {
  const [, digest, number] = CLAIM_NAME.exec(name) ?? [];
  if (digest === undefined) return [];
  const pathOf = (part: AttemptPart) =>
    join(directory, attemptFileName(digest, Number(number), part));
  const claim = readState(pathOf("claim"), Claim);
  // Read before the outcome: `recordOutcome` removes it after writing the outcome.
  const worker = readState(pathOf("worker"), WorkerProcess);
  const outcome = readState(pathOf("outcome"), Outcome);
  // With an outcome it has no meaning: a daemon was killed before it could remove the file.
  const parts = outcome.outcome === "read" ? { claim, outcome } : { claim, worker, outcome };
  const isUnreadable = Object.values(parts).some(
    (each) => !["read", "absent"].includes(each.outcome),
  );
  const read = {
    claim: valueOf(claim),
    worker: "worker" in parts ? valueOf(worker) : undefined,
    outcome: valueOf(outcome),
  };
  return [{ digest, number: Number(number), ...read, isUnreadable }];
}

/** The number of the next attempt on one beat. */
export const nextAttemptNumber = (records: readonly AttemptRecord[], digest: string): number =>
  1 + Math.max(0, ...records.filter((each) => each.digest === digest).map((each) => each.number));

/**
 * Lists the missions that have attempts.
 *
 * @throws {OperatorError} when they cannot be listed.
 */
export const missionsWithAttempts = (state: StorePaths): string[] =>
  listAttempts(attemptsDirectory(state)).filter(isCanonicalId);

/**
 * Claims an attempt, durably. False if this attempt or a later one is already claimed: the files
 * of an earlier claim with this number may have been deleted.
 *
 * @throws {OperatorError} when it cannot be written; the command must not be started then.
 */
export function claimAttempt(state: StorePaths, claim: Claim): boolean {
  const directory = attemptsDirectoryOf(state, claim.mission_id);
  createDirectory(directory);
  const name = attemptFileName(claim.digest, claim.number, "claim");
  try {
    const isNew = withDirectory(directory, (dir) => addFile(dir, name, textOf(claim), FILE_MODE));
    return isNew && isLatest(directory, claim);
  } catch (error) {
    throw systemFailure(error, `Cannot claim an attempt in ${quoted(directory)}`, "io_error");
  }
}

const isLatest = (directory: string, { digest, number }: Claim): boolean =>
  listAttempts(directory)
    .map((name) => CLAIM_NAME.exec(name))
    .every((match) => match?.[1] !== digest || Number(match[2]) <= number);

/**
 * Records the process of an attempt's command, durably.
 *
 * @throws {OperatorError} when it cannot be written; the command must not run then.
 */
export const recordWorker = (state: StorePaths, claim: Claim, worker: ProcessIdentity): void =>
  writeState(pathIn(state, claim, "worker"), textOf({ schema_version: 1, ...worker }));

/**
 * Records the outcome of an attempt, and removes the record of its process.
 *
 * @throws {OperatorError} when it cannot be written.
 */
export function recordOutcome(state: StorePaths, claim: Claim, outcome: Outcome): void {
  writeState(pathIn(state, claim, "outcome"), textOf(outcome));
  tryRemoveFile(pathIn(state, claim, "worker"));
}

const pathIn = (
  state: StorePaths,
  { mission_id, digest, number }: Claim,
  part: AttemptPart,
): string => join(attemptsDirectoryOf(state, mission_id), attemptFileName(digest, number, part));

/** Removes an attempt. The claim is removed last: it is needed to find the other files. */
export function forgetAttempt(
  state: StorePaths,
  id: string,
  { digest, number }: Pick<AttemptRecord, "digest" | "number">,
): void {
  for (const part of ["gave-up", "outcome", "worker", "claim"] as const)
    tryRemoveFile(join(attemptsDirectoryOf(state, id), attemptFileName(digest, number, part)));
}

const textOf = (value: Claim | WorkerProcess | Outcome): string => `${JSON.stringify(value)}\n`;

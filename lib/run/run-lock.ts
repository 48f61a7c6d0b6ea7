/**
 * The lock that keeps two runs of a job from overlapping.
 *
 * @module
 */
import { closeSync, constants, mkdirSync, openSync } from "node:fs";
import { describeDuration } from "../base/duration.ts";
import { quoted } from "../base/printable.ts";
import { formatTimestamp, parseTimestamp } from "../base/time.ts";
import { DIR_MODE } from "../contract/cell.ts";
import type { BegunRun } from "../contract/job-run.ts";
import { OperatorError } from "../base/errors.ts";
import { readJob } from "../jobs/record-file.ts";
import { begunRuns } from "../jobs/rules/job-history.ts";
import { runFacts, runLiveness } from "../jobs/running.ts";
import { processIdentity, startTimeOf } from "../host/host.ts";
import { systemFailure } from "../host/errno.ts";
import { type LockFile, type LockAttempt, tryLockFile } from "../host/locks/lock-file.ts";
import { describeHolder, type Holder, holdersOf } from "../host/locks/lock-holder.ts";
import { warnOnStderr } from "./best-effort.ts";

const POLL_MS = 500;

/** A job and the directory of its lock and record. */
export interface RunLock {
  readonly job: string;
  readonly directory: string;
}

/**
 * Takes a job's lock until this process ends. With `waits`, reports the holder and waits for it.
 * Returns undefined on success, else the holder: another run, or a command that still runs after
 * its wrapper was killed.
 *
 * @throws {OperatorError} when the lock cannot be created: two runs must not overlap.
 */
export async function acquireRunLock(lock: RunLock, waits: boolean): Promise<string | undefined> {
  const doing = `Cannot lock ${quoted(lock.job)}`;
  const dir = openDirectory(lock.directory, doing);
  const file = { dir, name: `${lock.job}.lock`, doing, onRemoved: warnOnStderr };
  for (let isReported = false; ; isReported = true) {
    const holder = tryRunLock(lock, file);
    if (holder === undefined || !waits) {
      closeSync(dir);
      return holder;
    }
    if (!isReported) warnOnStderr(`waiting for ${holder}, which runs ${quoted(lock.job)}`);
    await Bun.sleep(POLL_MS);
  }
}

function openDirectory(directory: string, doing: string): number {
  try {
    const created = mkdirSync(directory, { recursive: true, mode: DIR_MODE });
    if (created !== undefined)
      warnOnStderr(
        `created ${quoted(directory)}: a run that holds its lock in an earlier directory is not seen`,
      );
    return openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    throw systemFailure(error, doing, "cannot_create");
  }
}

/** Takes the lock; returns the process that runs the job if there is one. */
function tryRunLock(lock: RunLock, file: LockFile): string | undefined {
  const taking = tryFile(file);
  const now = new Date();
  const runs = begunRunsOf(lock);
  if ("busy" in taking) return describeOther(holdersOf(taking.busy)[0], runs, now);
  const left = runs.find((run) => runLiveness(run) === "alive");
  if (left === undefined) return undefined;
  closeSync(taking.held);
  const age = runFacts(left, now).age;
  return `the process ${left.pid ?? left.runner_pid}, without its wrapper${since(now, age)}`;
}

function begunRunsOf({ directory, job }: RunLock): readonly BegunRun[] {
  const record = readJob(directory, job);
  return record === undefined ? [] : begunRuns(record);
}

/** Describes another run that holds the lock, by its process, or by the record if that is hidden. */
function describeOther(holder: Holder | undefined, runs: readonly BegunRun[], now: Date): string {
  const isHolders = ({ runner_pid }: BegunRun) => holder === undefined || runner_pid === holder.pid;
  const run = runs.findLast(isHolders);
  const start = holder && startTimeOf(processIdentity(holder.pid));
  const age = run === undefined ? start && secondsBetween(start, now) : runFacts(run, now).age;
  const isHidden = holder === undefined && run?.runner_pid !== undefined;
  const recorded = isHidden ? `, by its record ${run.runner_pid} on ${quoted(run.host ?? "")}` : "";
  return `${describeHolder(holder)}${recorded}${age === undefined ? "" : since(now, age)}`;
}

const secondsBetween = (start: Date, end: Date): number => (end.getTime() - start.getTime()) / 1000;

/** The end of a message: when something began, and how long ago that is. */
function since(now: Date, age: number): string {
  const start = formatTimestamp(now.getTime() - 1000 * age)?.replace(/\.\d+/, "");
  return start === undefined ? "" : `, since ${start} (${describeDuration(age)})`;
}

function tryFile(file: LockFile): LockAttempt {
  try {
    return tryLockFile(file);
  } catch (error) {
    throw systemFailure(error, file.doing, "cannot_create");
  }
}

/** The message for a run that is skipped because of `holder`, with the skips before it. */
export function describeSkip({ directory, job }: RunLock, holder: string): string {
  const skipped = readJob(directory, job)?.skipped;
  const first = skipped && parseTimestamp(skipped.since);
  const now = new Date();
  const before =
    skipped === undefined || first === undefined
      ? ""
      : `; ${skipped.count} skipped before it${since(now, (now.getTime() - first) / 1000)}`;
  return `Skipped: another run of ${quoted(job)} is running: ${holder}${before}`;
}

/** The error for a job that `holder` is running already. */
export const alreadyRunning = (job: string, holder: string): OperatorError =>
  new OperatorError(
    "try_again",
    `Cannot start: another run of ${quoted(job)} is running: ${holder}`,
    "try again when it has ended, or give --lock=wait",
  );

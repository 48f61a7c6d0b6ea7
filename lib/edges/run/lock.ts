/**
 * One run at a time.
 *
 * @module
 */
import { closeSync, constants, mkdirSync, openSync } from "node:fs";
import { quoted } from "../../rules/printable.ts";
import { DIR_MODE, FILE_MODE } from "../../schemas/cell.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { readJob } from "../cell/job.ts";
import { runOf } from "../cell/running.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { tryLock } from "../host/flock.ts";

const PAUSE_MS = 500;
const OPEN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Which run it is, and where its lock lies. */
export interface Turn {
  /** The job's name. */
  readonly name: string;
  readonly directory: string;
}

/**
 * Takes the lock of `turn`, which lasts as long as this process. With `waits` it is waited for.
 * False when another run has it, or goes on without it: its wrapper was killed.
 *
 * @throws {OperatorError} when there can be no lock: two runs at a time are what was to be avoided.
 */
export async function takeTurn(turn: Turn, waits: boolean): Promise<boolean> {
  const doing = `Cannot lock ${quoted(turn.name)}`;
  const lock = openLock(turn, doing);
  while (!tryLock(lock, doing) || isRunRecorded(turn)) {
    if (!waits) {
      closeSync(lock);
      return false;
    }
    await Bun.sleep(PAUSE_MS);
  }
  return true;
}

/** True when the record of a job says that it runs, and it does. */
function isRunRecorded({ directory, name }: Turn): boolean {
  const record = readJob(directory, name);
  return record?.status === "running" && runOf(record) === "alive";
}

function openLock({ name, directory }: Turn, doing: string): number {
  try {
    mkdirSync(directory, { recursive: true, mode: DIR_MODE });
    return openFile(`${directory}/${name}.lock`);
  } catch (error) {
    throw systemFailure(error, doing, "cannot_create");
  }
}

/** In a directory that is for everyone, another user's file must not be opened to be created. */
function openFile(path: string): number {
  try {
    return openSync(path, OPEN);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    return openSync(path, OPEN | constants.O_CREAT, FILE_MODE);
  }
}

/** The error for a run that is not to start beside another. */
export const runsAlready = (name: string): OperatorError =>
  new OperatorError(
    "try_again",
    `Cannot start: another run of ${quoted(name)} goes on`,
    "try again when it has ended, or give --lock=wait",
  );

/**
 * One run at a time.
 *
 * @module
 */
import { closeSync, constants, fstatSync, mkdirSync, openSync, unlinkSync } from "node:fs";
import { quoted } from "../../rules/printable.ts";
import { DIR_MODE, FILE_MODE } from "../../schemas/cell.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { doubtIn } from "../host/belief.ts";
import { readJob } from "../cell/job.ts";
import { runOf } from "../cell/running.ts";
import { at, withDirectory } from "../host/directory.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { tryLock } from "../host/flock.ts";
import { ownerOf } from "../host/replace.ts";
import { tellAside } from "./aside.ts";

const PAUSE_MS = 500;
const OPEN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const MAKE = OPEN | constants.O_CREAT | constants.O_EXCL;
/** Whose file it is may change while we look; nobody changes it so often. */
const TRIES = 5;

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

/** True when the record of a job says that it runs, and it still does. */
function isRunRecorded({ directory, name }: Turn): boolean {
  const record = readJob(directory, name);
  return record?.status === "running" && runOf(record) === "alive";
}

function openLock({ name, directory }: Turn, doing: string): number {
  try {
    mkdirSync(directory, { recursive: true, mode: DIR_MODE });
    return withDirectory(directory, (dir) => openIn(dir, `${name}.lock`, doing));
  } catch (error) {
    throw systemFailure(error, doing, "cannot_create");
  }
}

/**
 * Opens a lock file. In a directory that is for everyone, a file of somebody who is not believed
 * is removed first: he could hold it for ever.
 */
function openIn(dir: number, name: string, doing: string): number {
  const doubt = doubtIn(dir);
  for (let tried = 0; tried < TRIES; tried++) {
    const found = ownerOf(dir, name);
    const why = found && doubt(found);
    if (why !== undefined) remove(dir, name, `${doing}: ${quoted(name)} is in the way: ${why}`);
    const lock = openFile(at(dir, name));
    if (lock !== undefined && doubt(fstatSync(lock)) === undefined) return lock;
    if (lock !== undefined) closeSync(lock);
  }
  throw new OperatorError("try_again", `${doing}: its lock file keeps changing`, "run it again");
}

/** Opens a file, or makes it where it is absent; undefined where somebody was quicker. */
function openFile(path: string): number | undefined {
  for (const [how, otherwise] of [
    [OPEN, "ENOENT"],
    [MAKE, "EEXIST"],
  ] as const)
    try {
      return openSync(path, how, FILE_MODE);
    } catch (error) {
      if (errnoOf(error) !== otherwise) throw error;
    }
  return undefined;
}

function remove(dir: number, name: string, why: string): void {
  try {
    unlinkSync(at(dir, name));
    tellAside(`${why}: it was removed`);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    const hint = "remove it as root, or keep the records where not everyone may write";
    throw new OperatorError("no_permission", why, hint, { cause: error });
  }
}

/** The error for a run that is not to start beside another. */
export const runsAlready = (name: string): OperatorError =>
  new OperatorError(
    "try_again",
    `Cannot start: another run of ${quoted(name)} goes on`,
    "try again when it has ended, or give --lock=wait",
  );

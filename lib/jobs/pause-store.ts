/**
 * The files of paused and retired jobs, in the directory of the records.
 *
 * @module
 */
import { constants, readdirSync, renameSync, unlinkSync } from "node:fs";
import { quoted } from "../base/printable.ts";
import { FILE_MODE } from "../contract/cell.ts";
import { jobFile } from "../contract/job.ts";
import { JobPause, pauseFile } from "../contract/job-pause.ts";
import { valueOf } from "../contract/facts.ts";
import { openFile } from "../host/files/descriptor.ts";
import { at } from "../host/files/directory.ts";
import { replaceGroupFile } from "../host/files/group-file.ts";
import { readContract } from "../host/files/read-json.ts";
import type { TrustCheck } from "../host/files/trust.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { isOutputFile } from "./output-store.ts";
import { pauseEnd } from "./rules/pause.ts";

/** When a job's pause ends or ended, in milliseconds; undefined without one that can be trusted. */
export function readPauseEnd(
  dir: number,
  job: string,
  check: TrustCheck,
  now: Date,
): number | undefined {
  const pause = valueOf(readContract(dir, pauseFile(job), JobPause, check));
  return pause && pauseEnd(job, pause, now.getTime());
}

/**
 * Pauses a job. With `until` in the past, ends its pause: it is due again from then on.
 *
 * @throws {OperatorError} if it cannot be written.
 */
export const writePause = (directory: string, pause: JobPause): void =>
  inDirectory(directory, `Cannot pause ${quoted(pause.job)}`, (dir) =>
    replaceGroupFile(dir, pauseFile(pause.job), `${JSON.stringify(pause)}\n`, FILE_MODE),
  );

/**
 * Sets a job's record aside as `<job>.retired`, and removes its pause and its captured output; false
 * if it has no record. A later report makes a new record.
 *
 * @throws {OperatorError} if it cannot be renamed.
 */
export const retireJob = (directory: string, job: string): boolean =>
  inDirectory(directory, `Cannot retire ${quoted(job)}`, (dir) => {
    const remove = (name: string) => ifPresent(() => unlinkSync(at(dir, name)));
    for (const name of readdirSync(at(dir, "."))) if (isOutputFile(job, name)) remove(name);
    const hadRecord = ifPresent(() => renameSync(at(dir, jobFile(job)), at(dir, `${job}.retired`)));
    remove(pauseFile(job));
    return hadRecord;
  });

/** Changes a file; false if it does not exist. */
function ifPresent(change: () => void): boolean {
  try {
    change();
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}

function inDirectory<T>(directory: string, doing: string, use: (dir: number) => T): T {
  try {
    using dir = openFile(directory, constants.O_RDONLY | constants.O_DIRECTORY);
    return use(dir.fd);
  } catch (error) {
    throw systemFailure(error, `${doing} in ${quoted(directory)}`, "io_error");
  }
}

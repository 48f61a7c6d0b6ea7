/**
 * Storage of a job's captured output: `<heartbeat dir>/<job>.output`, for its user and root alone.
 *
 * Programs print passwords, and every user with a job may read the records. So the output has a
 * file of its own, and the record names it.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { quoted } from "../base/printable.ts";
import { DIR_MODE } from "../contract/cell.ts";
import type { JobRecord } from "../contract/job.ts";
import type { Settings } from "../contract/settings.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { placeFile } from "../host/files/atomic-file.ts";
import { withDirectory } from "../host/files/directory.ts";

/** Never the group's: that of a shared directory is the group of all jobs. */
const PRIVATE_MODE = 0o600;

const outputFile = (job: string): string => `${job}.output`;

/** True for the name of a file that holds a job's output; of another user's, it ends with the uid. */
export const isOutputFile = (job: string, name: string): boolean =>
  name.startsWith(outputFile(job)) && /^(?:-\d+)?$/.test(name.slice(outputFile(job).length));

/**
 * Stores the output of a job, and returns the record's fields that lead to it. A `heartbeat_writer`
 * gets the text itself, and decides who may read it.
 *
 * @throws {OperatorError} if the file cannot be written.
 */
export function storeOutput(
  job: string,
  text: string,
  settings: Pick<Settings, "heartbeat_dir" | "heartbeat_writer">,
): Pick<JobRecord, "output" | "output_file"> {
  if (settings.heartbeat_writer !== undefined) return { output: text };
  const directory = settings.heartbeat_dir;
  const file = outputFile(job);
  try {
    mkdirSync(directory, { recursive: true, mode: DIR_MODE });
    return { output_file: withDirectory(directory, (dir) => place(dir, file, text)) };
  } catch (error) {
    throw systemFailure(error, `Cannot write ${quoted(`${directory}/${file}`)}`, "io_error");
  }
}

/**
 * Replaces the file, and returns its name. The new file belongs to this user, not to the owner of the
 * old one. In a sticky directory another user's file cannot be replaced: then the name has the uid.
 */
function place(dir: number, name: string, text: string): string {
  const file = { text, mode: PRIVATE_MODE, isExact: true, owner: undefined };
  try {
    placeFile(dir, name, file);
    return name;
  } catch (error) {
    if (errnoOf(error) !== "EPERM") throw error;
    const own = `${name}-${process.geteuid?.()}`;
    placeFile(dir, own, file);
    return own;
  }
}

/**
 * The files of attempts, named by mission, beat and number.
 *
 * @module
 */
import { readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "../../base/printable.ts";
import { at, withDirectory } from "../../host/files/directory.ts";
import { errnoOf, systemFailure } from "../../host/errno.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";

const ATTEMPTS = "attempts";

/** The directory with the attempts for all cells. */
export const attemptsDirectory = ({ storeDir }: StorePaths): string => join(storeDir, ATTEMPTS);
/** The directory with the attempts for one cell. */
export const attemptsDirectoryOf = (state: StorePaths, id: string): string =>
  join(attemptsDirectory(state), id);

/** Matches the name of a claim's file; its groups are the beat's digest and the number. */
export const CLAIM_NAME = /^([0-9a-f]{16})-(\d{1,9})\.claim\.json$/;
/** Each part of an attempt is a file. */
export type AttemptPart = "claim" | "worker" | "outcome" | "gave-up";

/** The file name of one part of an attempt. */
export const attemptFileName = (digest: string, number: number, part: AttemptPart): string =>
  `${digest}-${String(number).padStart(4, "0")}.${part}.json`;

/** The path of one part of an attempt in the store. */
export const attemptPath = (
  id: string,
  { digest, number }: { readonly digest: string; readonly number: number },
  part: AttemptPart,
): string => join(ATTEMPTS, id, attemptFileName(digest, number, part));

/**
 * Lists a directory of attempts.
 *
 * @throws {OperatorError} when it cannot be read.
 */
export function listAttempts(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    throw systemFailure(error, `Cannot read the attempts in ${quoted(directory)}`, "io_error");
  }
}

/**
 * Lists the attempt files of a mission. Without its directory the mission has no attempts; without
 * the directory of all attempts they are unknown.
 *
 * @throws {OperatorError} when they cannot be read.
 */
export function listAttemptsOf(state: StorePaths, id: string): string[] {
  const directory = attemptsDirectory(state);
  try {
    return withDirectory(directory, (dir) => listIfPresent(at(dir, id)));
  } catch (error) {
    const path = join(directory, id);
    throw systemFailure(error, `Cannot read the attempts in ${quoted(path)}`, "io_error");
  }
}

function listIfPresent(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** Removes a file if possible. */
export function tryRemoveFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // A file too many does no harm.
  }
}

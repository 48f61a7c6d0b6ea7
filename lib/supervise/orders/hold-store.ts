/**
 * The operator's hold, which stops all revivals, as a file.
 *
 * @module
 */
import { unlinkSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { errnoOf, systemFailure } from "../../host/errno.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { readState, writeState } from "../store/store.ts";
import { Hold } from "./rules/order.ts";

const HOLD = "HOLD";

/**
 * The hold on this root, or on all roots, as of `now`; null when there is none, or its time is over. An unreadable file, such as an
 * empty one made by `touch`, holds as well.
 */
export function readHold(
  { stateDir, storeDir }: StorePaths,
  now: Date,
): Hold | null | "unreadable" {
  for (const directory of [storeDir, stateDir]) {
    const hold = readState(join(directory, HOLD), Hold);
    if (hold.outcome === "read" && isOver(hold.value, now)) continue;
    if (hold.outcome === "read") return hold.value;
    if (hold.outcome !== "absent") return "unreadable";
  }
  return null;
}

const isOver = ({ until }: Hold, now: Date): boolean =>
  until !== undefined && Date.parse(until) <= now.getTime();

/** Stops all revivals on this root. */
export const holdAll = ({ storeDir }: StorePaths, hold: Hold): void =>
  writeState(join(storeDir, HOLD), `${JSON.stringify(hold)}\n`);

/**
 * Removes the hold on this root; false when there was none.
 *
 * @throws {OperatorError} when the hold cannot be removed, or all roots are held.
 */
export function resumeAll({ stateDir, storeDir }: StorePaths): boolean {
  const wasHeld = removeFile(join(storeDir, HOLD));
  if (readState(join(stateDir, HOLD), Hold).outcome === "absent") return wasHeld;
  throw new OperatorError(
    "data_error",
    `Cannot resume: ${quoted(join(stateDir, HOLD))} holds all roots`,
    `to resume all roots: rm ${join(stateDir, HOLD)}`,
  );
}

/** Removes a file of orders; false when there was none. */
export function removeFile(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw systemFailure(error, `Cannot remove ${quoted(path)}`, "io_error");
  }
}

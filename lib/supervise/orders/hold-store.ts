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
import { Hold, isHoldOver, isLongerHold } from "./rules/order.ts";

const HOLD = "HOLD";

/**
 * The hold on this root, or on all roots, as of `now`; null when there is none, or its time is over.
 * An unreadable file, such as an empty one made by `touch`, holds as well.
 */
export const readHold = ({ stateDir, storeDir }: StorePaths, now: Date): CurrentHold =>
  holdIn(storeDir, now) ?? holdIn(stateDir, now);

/** A hold in effect; null without one. */
type CurrentHold = Hold | null | "unreadable";

function holdIn(directory: string, now: Date): CurrentHold {
  const hold = readState(join(directory, HOLD), Hold);
  if (hold.outcome === "absent") return null;
  if (hold.outcome !== "read") return "unreadable";
  return isHoldOver(hold.value, now) ? null : hold.value;
}

/**
 * Stops all revivals on this root.
 *
 * @throws {OperatorError} when the hold cannot be written, or would end one in effect too early.
 */
export function holdAll({ storeDir }: StorePaths, hold: Hold): void {
  const current = holdIn(storeDir, new Date(hold.at));
  if (current !== null && isLongerHold(current, hold)) throw holdsLonger(current);
  writeState(join(storeDir, HOLD), `${JSON.stringify(hold)}\n`);
}

function holdsLonger(current: Hold | "unreadable"): OperatorError {
  const hold = current === "unreadable" ? { at: "an unknown time" } : current;
  const until = hold.until === undefined ? "" : ` until ${hold.until}`;
  const reason = hold.reason === undefined ? "" : `: ${quoted(hold.reason)}`;
  const what = `a longer hold is in effect since ${hold.at}${until}${reason}`;
  return new OperatorError("data_error", `Cannot hold: ${what}`, "to end it: supervise resume");
}

/**
 * Removes the hold on this root; false when there was none in effect at `now`.
 *
 * @throws {OperatorError} when the hold cannot be removed, or all roots are held.
 */
export function resumeAll({ stateDir, storeDir }: StorePaths, now: Date): boolean {
  const wasHeld = holdIn(storeDir, now) !== null;
  removeFile(join(storeDir, HOLD));
  if (holdIn(stateDir, now) === null) return wasHeld;
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

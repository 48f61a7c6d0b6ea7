/**
 * One change to a cell at a time: whoever holds the lock on its log may change its status.
 *
 * @module
 */
import { closeSync } from "node:fs";
import { quoted } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import type { CellFacts } from "../../schemas/facts.ts";
import { type Root, withParent, withPlace } from "../host/directory.ts";
import { describeErrno, errnoOf } from "../host/errno.ts";
import { logSteps, openLog } from "./log.ts";
import { tryLock } from "../host/flock.ts";
import { pause } from "../host/pause.ts";

const PAUSE_MS = 50;

/**
 * Opens and locks the cell's log, calls `use` with the open cell and log, and lets go. The
 * lock is tried `tries` times, 50 ms apart.
 *
 * @throws {OperatorError} when the log cannot be opened, or stays locked.
 */
export function withLockedLog<T>(
  root: Root,
  facts: CellFacts,
  tries: number,
  use: (cell: number, log: number) => T,
): T {
  const steps = logSteps(facts);
  return withPlace(root.fd, [facts.id], (cell) => {
    const log = openPlaced(cell, steps, facts.id);
    try {
      lock(log, facts.id, tries);
      return use(cell, log);
    } finally {
      closeSync(log);
    }
  });
}

/** Opens the log that `steps` lead to; the directories on the way may be broken or gone. */
function openPlaced(cell: number, steps: readonly string[], id: string): number {
  try {
    return withParent(cell, steps, openLog);
  } catch (error) {
    if (!["ENOENT", "ENOTDIR", "ELOOP"].includes(errnoOf(error) ?? "")) throw error;
    throw new OperatorError(
      "data_error",
      `Cannot change mission ${id}: its log ${quoted(steps.join("/"))} cannot be opened: ${describeErrno(error)}`,
      `see what is wrong with: scan --explain ${id}`,
      { cause: error },
    );
  }
}

function lock(log: number, id: string, tries: number): void {
  for (let tried = 0; tried < tries; tried++) {
    if (tried > 0) pause(PAUSE_MS);
    if (tryLock(log, "Cannot lock the cell")) return;
  }
  throw new OperatorError(
    "try_again",
    `Cannot change mission ${id}: another process holds its log`,
    "run it again in a moment",
  );
}

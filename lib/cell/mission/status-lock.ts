/**
 * One change to a cell's status at a time: see the table of locks in lib/host/locks/lock.ts.
 *
 * @module
 */
import { closeSync, type Stats } from "node:fs";
import { quoted } from "../../base/printable.ts";
import { CELL_FILES } from "../../contract/cell.ts";
import { OperatorError } from "../../base/errors.ts";
import type { CellFacts } from "../../contract/facts.ts";
import { type Root, withParent, withSubdirectory } from "../../host/files/directory.ts";
import { describeErrno, errnoOf } from "../../host/errno.ts";
import { releaseLockFile, tryLockFile } from "../../host/locks/lock-file.ts";
import { describeHolder, holdersOf } from "../../host/locks/lock-holder.ts";
import { sleepSync } from "../../host/sleep.ts";
import type { Cell } from "../cell.ts";
import { logSegments, openLog } from "../log.ts";
import { explainHint } from "../cell-command.ts";

const RETRY_INTERVAL_MS = 50;
/** The usual number of attempts: for 2 seconds. */
export const STATUS_LOCK_ATTEMPTS = 40;
const [META = ""] = CELL_FILES.mission.split("/");
const NAME = ".lazarus-pit.status.lock";

/**
 * Opens a cell's log, locks the cell's status, calls `use` with the open cell and log, and
 * releases both. Makes up to `attempts` attempts to lock, 50 ms apart.
 *
 * @throws {OperatorError} when the log cannot be opened, or another process keeps the lock.
 */
export function withLockedLog<T>(
  root: Root,
  facts: CellFacts,
  attempts: number,
  use: (cell: number, log: number) => T,
): T {
  const segments = logSegments(facts);
  return withSubdirectory(root.fd, [facts.id], (cell) => {
    const log = openLogAt(cell, segments, { root, id: facts.id });
    try {
      return withSubdirectory(cell, [META], (meta) => {
        const held = lock(meta, facts.id, attempts);
        try {
          return use(cell, log);
        } finally {
          releaseLockFile({ dir: meta, name: NAME }, held);
        }
      });
    } finally {
      closeSync(log);
    }
  });
}

/** Opens the log at the path `segments`; a directory on that path may be broken or gone. */
function openLogAt(cell: number, segments: readonly string[], named: Cell): number {
  try {
    return withParent(cell, segments, openLog);
  } catch (error) {
    if (!["ENOENT", "ENOTDIR", "ELOOP"].includes(errnoOf(error) ?? "")) throw error;
    throw new OperatorError(
      "data_error",
      `Cannot change mission ${named.id}: its log ${quoted(segments.join("/"))} cannot be opened: ${describeErrno(error)}`,
      explainHint(named),
      { cause: error },
    );
  }
}

/** Locks the status. An agent could hold the lock forever, so the error names its process. */
function lock(meta: number, id: string, attempts: number): number {
  for (let attempt = 1; ; attempt++) {
    const result = tryLockFile({ dir: meta, name: NAME, doing: "Cannot lock the cell" });
    if ("held" in result) return result.held;
    if (attempt >= attempts) throw busyError(id, result.busy);
    sleepSync(RETRY_INTERVAL_MS);
  }
}

function busyError(id: string, file: Stats): OperatorError {
  const [holder] = holdersOf(file);
  return new OperatorError(
    "try_again",
    `Cannot change mission ${id}: ${describeHolder(holder)} holds the lock on its status`,
    holder === undefined
      ? "run it again in a moment; run it as root to see which process"
      : `run it again in a moment, or end that process: kill ${holder.pid}`,
  );
}

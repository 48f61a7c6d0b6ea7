/**
 * Taking turns at a cell's heartbeat, for who adds to what the last beat says.
 *
 * @module
 */
import { closeSync, constants, openSync } from "node:fs";
import type { CellFacts } from "../../schemas/facts.ts";
import { at, type Root, withParent } from "../host/directory.ts";
import { awaitLock } from "../host/flock.ts";

/** Who holds the turn for longer hangs, or means ill: a beat that may lack something is better than none. */
const PATIENCE_SECONDS = 1;

/**
 * Calls `use` while no other process has its turn at the cell's heartbeat. The lock is that of
 * the directory: nothing is left in the cell, and the turn of a process ends with it.
 */
export function inTurn<T>(root: Root, { id, heartbeat }: CellFacts, use: () => T): T {
  const dir = openDirectory(root, [id, ...heartbeat.path.split("/")]);
  if (dir === undefined) return use();
  try {
    awaitLock(dir, PATIENCE_SECONDS);
    return use();
  } finally {
    closeSync(dir);
  }
}

/** The directory that holds what `steps` lead to; undefined where that cannot be opened. */
function openDirectory(root: Root, steps: readonly string[]): number | undefined {
  try {
    return withParent(root.fd, steps, (dir) =>
      openSync(at(dir, "."), constants.O_RDONLY | constants.O_DIRECTORY),
    );
  } catch {
    return undefined;
  }
}

/**
 * The changes of status since the endpoint started.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import type { StatusChange } from "../verdict/changes.ts";
import type { CellChanges } from "../view/packed-changes.ts";

/** Changes remembered per cell. */
const HISTORY_LIMIT = 50;

export interface StatusHistory {
  /** Adds the latest changes, and forgets the cells that the report before lacked as well. */
  update(changes: CellChanges): void;
  /** The changes of a cell, newest first. */
  of(id: string): readonly StatusChange[];
}

/** Creates a history without changes. */
export function createStatusHistory(): StatusHistory {
  const known = new Map<string, StatusChange[]>();
  let gone: readonly string[] = [];
  return {
    of: (id) => known.get(id) ?? [],
    update({ removed, statuses }) {
      // A cell that is back has a change from null.
      for (const id of gone) if (!statuses.has(id)) known.delete(id);
      for (const [id, change] of statuses)
        known.set(id, [change, ...(known.get(id) ?? [])].slice(0, HISTORY_LIMIT));
      gone = removed;
    },
  };
}

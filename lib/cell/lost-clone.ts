/**
 * Finding out whether a worktree still holds the clone that it was made with.
 *
 * @module
 */
import type { CellConfig } from "../contract/cell.ts";
import { type Presence, type Reading, valueOf, type WithPath } from "../contract/facts.ts";
import { withSubdirectory } from "../host/files/directory.ts";
import { checkPresence } from "../host/files/read-json.ts";

/** Every clone has it: a directory, or in a git worktree a file. */
const GIT = ".git";

/**
 * The repository that cell.json names, if the worktree exists but no longer contains a clone; else
 * undefined. Makes no system call for a cell that was created without a repository.
 */
export function lookForClone(
  cell: number,
  config: Reading<CellConfig>,
  worktree: WithPath<Presence>,
): string | undefined {
  const repository = valueOf(config)?.cloned_from;
  if (repository === undefined || worktree.outcome !== "found") return undefined;
  return lacksClone(cell, worktree.path.split("/")) ? repository.url : undefined;
}

/** False also for a worktree that cannot be entered: an unknown clone does not count as lost. */
function lacksClone(cell: number, worktree: readonly string[]): boolean {
  try {
    return withSubdirectory(
      cell,
      worktree,
      (dir) => checkPresence(dir, GIT, "directory").outcome === "absent",
    );
  } catch {
    return false;
  }
}

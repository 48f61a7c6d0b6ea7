/**
 * Adding the missing parts of a cell, and changing nothing else.
 *
 * @module
 */
import { CELL_DIRS, CELL_FILES, FILE_MODE } from "../../contract/cell.ts";
import type { CellFacts } from "../../contract/facts.ts";
import { type Root, withParent, withSubdirectory } from "../../host/files/directory.ts";
import { systemFailure } from "../../host/errno.ts";
import { addOwnedDirectory } from "../../host/files/owned-directory.ts";
import { addFile } from "../../host/files/atomic-file.ts";
import { appendEvent, type LogEvent } from "../log.ts";

/** The parts of a cell that are absent, directories first. */
export function missingParts(facts: CellFacts): { dirs: string[]; files: Map<string, string> } {
  const dirs = CELL_DIRS.map((dir) => facts.dirs[dir]).filter(
    ({ outcome }) => outcome === "absent",
  );
  const files = (["mission", "config", "heartbeat", "log"] as const)
    .filter((name) => facts[name].outcome === "absent")
    .map((name) => [CELL_FILES[name], facts[name].path] as const);
  return { dirs: dirs.map(({ path }) => path), files: new Map(files) };
}

/** What to add, and what to log. */
export interface Repair {
  /** The files of a new cell by their default path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
  readonly now: Date;
}

/**
 * Adds the absent parts of a cell and logs them. Existing files stay as they are. Returns the paths
 * that were added.
 *
 * @throws {OperatorError} when a part cannot be created; those added before it stay.
 */
export function repairCell(
  root: Root,
  facts: CellFacts,
  { texts, warnings, now }: Repair,
): string[] {
  const { dirs, files } = missingParts(facts);
  try {
    return withSubdirectory(root.fd, [facts.id], (cell) => {
      const added = dirs.filter((path) => addDirectory(cell, path.split("/")));
      for (const [defaultPath, path] of files) {
        const text = defaultPath === CELL_FILES.log ? "" : (texts.get(defaultPath) ?? "");
        if (addPart(cell, path.split("/"), text)) added.push(path);
      }
      if (added.length > 0) appendEvent(cell, facts, repairedEvent(added, warnings), now);
      return added;
    });
  } catch (error) {
    throw systemFailure(error, `Cannot repair the cell ${facts.id}`, "cannot_create");
  }
}

const repairedEvent = (added: readonly string[], warnings: readonly string[]): LogEvent => ({
  program: "init-cell",
  event: "repaired",
  added,
  ...(warnings.length === 0 ? {} : { warnings }),
});

function addPart(cell: number, segments: readonly string[], text: string): boolean {
  addDirectory(cell, segments.slice(0, -1));
  return withParent(cell, segments, (dir, name) => addFile(dir, name, text, FILE_MODE));
}

/** Creates a directory and those above it, each with the owner of its parent directory. */
function addDirectory(cell: number, [segment, ...rest]: readonly string[]): boolean {
  if (segment === undefined) return false;
  const isNew = addOwnedDirectory(cell, segment);
  return withSubdirectory(cell, [segment], (dir) => addDirectory(dir, rest)) || isNew;
}

/**
 * Adding to a cell exactly what is missing.
 *
 * @module
 */
import { closeSync, constants, fsyncSync, mkdirSync, openSync } from "node:fs";
import { CELL_DIRS, CELL_FILES, DIR_MODE, FILE_MODE } from "../../schemas/cell.ts";
import type { CellFacts } from "../../schemas/facts.ts";
import { at, type Root, syncDirectory, withParent, withPlace } from "../host/directory.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { note } from "./log.ts";
import { addFile, giveTo, ownerOf } from "../host/replace.ts";

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

/**
 * Adds the absent parts of a cell, from the texts of a new one by their usual path, and
 * logs it. No byte that is there changes. Gives the paths that were added.
 *
 * @throws {OperatorError} when a part cannot be made; what was added before stays.
 */
export function repairCell(
  root: Root,
  facts: CellFacts,
  texts: ReadonlyMap<string, string>,
  now: Date,
): string[] {
  const { dirs, files } = missingParts(facts);
  try {
    return withPlace(root.fd, [facts.id], (cell) => {
      const added = dirs.filter((path) => addDirectory(cell, path.split("/")));
      for (const [usual, path] of files)
        if (
          addPart(cell, path.split("/"), usual === CELL_FILES.log ? "" : (texts.get(usual) ?? ""))
        )
          added.push(path);
      if (added.length > 0)
        note(cell, facts, { program: "init-cell", event: "repaired", added }, now);
      return added;
    });
  } catch (error) {
    throw systemFailure(error, `Cannot repair the cell ${facts.id}`, "cannot_create");
  }
}

function addPart(cell: number, steps: readonly string[], text: string): boolean {
  addDirectory(cell, steps.slice(0, -1));
  return withParent(cell, steps, (dir, name) => addFile(dir, name, text, FILE_MODE));
}

/** Makes a directory and those above it, each given to the owner of the one it lies in. */
function addDirectory(cell: number, [step, ...rest]: readonly string[]): boolean {
  if (step === undefined) return false;
  const made = makeDirectory(cell, step);
  return withPlace(cell, [step], (dir) => addDirectory(dir, rest)) || made;
}

function makeDirectory(dir: number, name: string): boolean {
  try {
    mkdirSync(at(dir, name), DIR_MODE);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
  const fd = openSync(
    at(dir, name),
    constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW,
  );
  try {
    giveTo(fd, ownerOf(dir, "."));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  syncDirectory(dir);
  return true;
}

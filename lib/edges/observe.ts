/**
 * Looking at a cell: the file system in, facts out. Reads only, and never leaves the cell.
 *
 * @module
 */
import { closeSync } from "node:fs";
import type * as v from "valibot";
import { CELL_DIRS, CELL_FILES, CellConfig, type CellDir, type Pointer } from "../schemas/cell.ts";
import type { At, CellFacts, Flaw, Look, Reading } from "../schemas/facts.ts";
import { Heartbeat } from "../schemas/heartbeat.ts";
import { Mission } from "../schemas/mission.ts";
import { flawOf, lookFor, readContract } from "./contract.ts";
import { isRemoved, openPlace, type Root } from "./directory.ts";
import { type Destination, destinationOf, follow } from "./follow.ts";

/** The steps to each contract file, cut up once. */
const FILES = new Map(Object.values(CELL_FILES).map((path) => [path as string, path.split("/")]));

/** Looks at the cell `id` under `root`. A broken cell is a fact, never an exception. */
export function observeCell(root: Root, id: string): CellFacts {
  let cell: number;
  try {
    cell = openPlace(root.fd, id);
  } catch (error) {
    return withoutParts(id, flawOf(error, root.fd, id, "directory"));
  }
  try {
    const facts = observeParts(cell, root, id);
    // The worktree is looked at last: while it is found, the cell is there.
    const isGone = facts.dirs.worktree.outcome === "absent" && isRemoved(cell);
    return isGone ? withoutParts(id, { outcome: "absent" }) : facts;
  } finally {
    closeSync(cell);
  }
}

function observeParts(cell: number, root: Root, id: string): CellFacts {
  const [meta, mission] = readPart(cell, CELL_FILES.mission, Mission);
  const [configDir, config] = readPart(cell, CELL_FILES.config, CellConfig);
  const whither = (name: Pointer) => destinationOf(root, id, config, name);
  const [state, heartbeat] = placedFile(
    cell,
    CELL_FILES.heartbeat,
    whither("heartbeat"),
    (dir, name) => readContract(dir, name, Heartbeat),
  );
  const [logs, log] = placedFile(cell, CELL_FILES.log, whither("log"), (dir, name) =>
    lookFor(dir, name, "regular file"),
  );
  const dirs = {
    meta,
    config: configDir,
    state,
    logs,
    artifacts: placedDirectory(cell, "artifacts", whither("artifacts")),
    worktree: placedDirectory(cell, "worktree", whither("worktree")),
  };
  return { id, self: { outcome: "found" }, dirs, mission, config, heartbeat, log };
}

/** Reads a contract file at its fixed place, and says what its directory is on the way. */
function readPart<S extends v.GenericSchema>(
  cell: number,
  path: string,
  schema: S,
): [At<Look>, At<Reading<v.InferOutput<S>>>] {
  return inspect(cell, path, (dir, name) => readContract(dir, name, schema));
}

/** A file that a pointer may place elsewhere, and the directory where it usually is. */
function placedFile<L extends Look | Reading<unknown>>(
  cell: number,
  usual: string,
  to: Destination,
  look: (dir: number, name: string) => L,
): [At<Look>, At<L | Flaw>] {
  if (to.outcome === "usual") return inspect(cell, usual, look);
  const [dir = ""] = usual.split("/");
  return [{ ...lookFor(cell, dir, "directory"), path: dir }, follow(cell, to, look)];
}

function placedDirectory(cell: number, usual: CellDir, to: Destination): At<Look> {
  if (to.outcome === "usual") return { ...lookFor(cell, usual, "directory"), path: usual };
  return follow(cell, to, (dir, name) => lookFor(dir, name, "directory"));
}

/** Looks at `<directory>/<name>`, both at once: the directory is opened on the way. */
function inspect<L extends Look | Reading<unknown>>(
  cell: number,
  path: string,
  look: (dir: number, name: string) => L,
): [At<Look>, At<L | Flaw>] {
  const [dirName = "", name = ""] = FILES.get(path) ?? [];
  let dir: number;
  try {
    dir = openPlace(cell, dirName);
  } catch (error) {
    const flaw = flawOf(error, cell, dirName, "directory");
    return [
      { ...flaw, path: dirName },
      { ...behind(flaw, dirName), path },
    ];
  }
  try {
    return [
      { outcome: "found", path: dirName },
      { ...look(dir, name), path },
    ];
  } finally {
    closeSync(dir);
  }
}

/** What is known of a file whose directory could not be entered. */
const behind = (flaw: Flaw, dir: string): Flaw =>
  flaw.outcome === "absent"
    ? flaw
    : { outcome: "unreadable", why: `${dir} ${"why" in flaw ? flaw.why : ""}` };

/** The facts of a cell whose own directory could not be entered. */
function withoutParts(id: string, self: Flaw): CellFacts {
  const nothing = (path: string) => ({ ...behind(self, "the cell"), path });
  const dirs = Object.fromEntries(CELL_DIRS.map((dir) => [dir, nothing(dir)])) as CellFacts["dirs"];
  const { mission, config, heartbeat, log } = CELL_FILES;
  return {
    id,
    self,
    dirs,
    mission: nothing(mission),
    config: nothing(config),
    heartbeat: nothing(heartbeat),
    log: nothing(log),
  };
}

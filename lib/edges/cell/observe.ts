/**
 * Looking at a cell: the file system in, facts out. Reads only, and never leaves the cell.
 *
 * @module
 */
import { closeSync } from "node:fs";
import { CELL_DIRS, CELL_FILES, CellConfig, type CellDir } from "../../schemas/cell.ts";
import type { At, CellFacts, Flaw, Look, Reading } from "../../schemas/facts.ts";
import { Heartbeat } from "../../schemas/heartbeat.ts";
import { Mission } from "../../schemas/mission.ts";
import { flawOf, lookFor, readContract } from "./contract.ts";
import { isRemoved, openPlace, type Root } from "../host/directory.ts";
import { type Destination, destinationOf, follow } from "./follow.ts";

/** A contract file, its path cut up once; what does not vary is made once, for it is hot. */
interface Part {
  readonly path: string;
  readonly dir: string;
  readonly name: string;
  readonly dirFound: At<Look>;
}

function partOf(path: string): Part {
  const [dir = "", name = ""] = path.split("/");
  return { path, dir, name, dirFound: { outcome: "found", path: dir } };
}

const MISSION = partOf(CELL_FILES.mission);
const CONFIG = partOf(CELL_FILES.config);
const HEARTBEAT = partOf(CELL_FILES.heartbeat);
const LOG = partOf(CELL_FILES.log);

type LookAt<L> = (dir: number, name: string) => L;

const readMission = (dir: number, name: string) => readContract(dir, name, Mission);
const readConfig = (dir: number, name: string) => readContract(dir, name, CellConfig);
const readHeartbeat = (dir: number, name: string) => readContract(dir, name, Heartbeat);
const lookForFile = (dir: number, name: string) => lookFor(dir, name, "regular file");
const lookForDirectory = (dir: number, name: string) => lookFor(dir, name, "directory");

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
  const meta = inspect(cell, MISSION, readMission);
  const config = inspect(cell, CONFIG, readConfig);
  const toBeat = destinationOf(root, id, config.file, "heartbeat");
  const toLog = destinationOf(root, id, config.file, "log");
  const toArtifacts = destinationOf(root, id, config.file, "artifacts");
  const toWorktree = destinationOf(root, id, config.file, "worktree");
  const state = placedFile(cell, HEARTBEAT, toBeat, readHeartbeat);
  const logs = placedFile(cell, LOG, toLog, lookForFile);
  const dirs = {
    meta: meta.dir,
    config: config.dir,
    state: state.dir,
    logs: logs.dir,
    artifacts: placedDirectory(cell, "artifacts", toArtifacts),
    worktree: placedDirectory(cell, "worktree", toWorktree),
  };
  return {
    id,
    self: { outcome: "found" },
    dirs,
    mission: meta.file,
    config: config.file,
    heartbeat: state.file,
    log: logs.file,
  };
}

/** A contract file and the directory that it is in. */
interface Inspected<L> {
  readonly dir: At<Look>;
  readonly file: At<L | Flaw>;
}

/** A file that a pointer may place elsewhere, and the directory where it usually is. */
function placedFile<L extends Look | Reading<unknown>>(
  cell: number,
  usual: Part,
  to: Destination,
  look: LookAt<L>,
): Inspected<L> {
  if (to.outcome === "usual") return inspect(cell, usual, look);
  const dir = { ...lookForDirectory(cell, usual.dir), path: usual.dir };
  return { dir, file: follow(cell, to, look) };
}

function placedDirectory(cell: number, usual: CellDir, to: Destination): At<Look> {
  if (to.outcome === "usual") return { ...lookForDirectory(cell, usual), path: usual };
  return follow(cell, to, lookForDirectory);
}

/** Looks at a file and its directory, both at once: the directory is opened on the way. */
function inspect<L extends Look | Reading<unknown>>(
  cell: number,
  { path, dir: dirName, name, dirFound }: Part,
  look: LookAt<L>,
): Inspected<L> {
  let dir: number;
  try {
    dir = openPlace(cell, dirName);
  } catch (error) {
    const flaw = flawOf(error, cell, dirName, "directory");
    return { dir: { ...flaw, path: dirName }, file: { ...behind(flaw, dirName), path } };
  }
  try {
    return { dir: dirFound, file: { ...look(dir, name), path } };
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

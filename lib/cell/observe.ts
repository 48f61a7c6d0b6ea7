/**
 * Observing a cell: reads the file system, returns facts. Never writes, and never leaves the cell.
 *
 * @module
 */
import { closeSync } from "node:fs";
import { CellConfig, type CellDir } from "../contract/cell.ts";
import {
  type WithPath,
  type CellFacts,
  type Flaw,
  type Presence,
  type Reading,
  valueOf,
} from "../contract/facts.ts";
import {
  CONFIG_FILE,
  type ContractFile,
  HEARTBEAT_FILE,
  LOG_FILE,
  MISSION_FILE,
} from "./contract-file.ts";
import { inaccessible, unopened } from "./unopened-cell.ts";
import { Heartbeat } from "../contract/heartbeat.ts";
import { Mission } from "../contract/mission.ts";
import { flawOf, checkPresence, readContract } from "../host/files/read-json.ts";
import { isRemoved, openSubdirectory, type Root } from "../host/files/directory.ts";
import type { Syscalls } from "../host/syscalls/plan.ts";
import { observeQuickly } from "./observe-quick.ts";
import { witnessProcess } from "./process-witness.ts";
import { lookForClone } from "./lost-clone.ts";
import { type Destination, resolveDestination, readDestination } from "./cell-pointer.ts";

const BY_NODE: Syscalls = { plan: "proc" };

type Reader<L> = (dir: number, name: string) => L;

const readMission = (dir: number, name: string) => readContract(dir, name, Mission);
const readConfig = (dir: number, name: string) => readContract(dir, name, CellConfig);
const readHeartbeat = (dir: number, name: string) => readContract(dir, name, Heartbeat);
const lookForFile = (dir: number, name: string) => checkPresence(dir, name, "regular file");
const lookForDirectory = (dir: number, name: string) => checkPresence(dir, name, "directory");

/**
 * Observes the cell `id` under `root`. A broken cell is reported as facts, never thrown. For many
 * cells, give `syscalls()`: they are faster, but loading them takes longer than reading one cell.
 */
export function observeCell(root: Root, id: string, calls: Syscalls = BY_NODE): CellFacts {
  const quick = calls.plan === "proc" ? undefined : observeQuickly(calls, root, id);
  return quick ?? observeFully(root, id);
}

/** Observes a cell by node:fs alone, and reports what each failure means. */
function observeFully(root: Root, id: string): CellFacts {
  let cell: number;
  try {
    cell = openSubdirectory(root.fd, id);
  } catch (error) {
    return unopened(id, flawOf(error, root.fd, id, "directory"));
  }
  try {
    const facts = observeParts(cell, root, id);
    // The worktree is read last: if it exists, the whole cell was there until then.
    const isGone = facts.dirs.worktree.outcome === "absent" && isRemoved(cell);
    return isGone ? unopened(id, { outcome: "absent" }) : facts;
  } finally {
    closeSync(cell);
  }
}

function observeParts(cell: number, root: Root, id: string): CellFacts {
  const meta = inspect(cell, MISSION_FILE, readMission);
  const config = inspect(cell, CONFIG_FILE, readConfig);
  const toBeat = resolveDestination(root, id, config.file, "heartbeat");
  const toLog = resolveDestination(root, id, config.file, "log");
  const toArtifacts = resolveDestination(root, id, config.file, "artifacts");
  const toWorktree = resolveDestination(root, id, config.file, "worktree");
  const state = placedFile(cell, HEARTBEAT_FILE, toBeat, readHeartbeat);
  const logs = placedFile(cell, LOG_FILE, toLog, lookForFile);
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
    lostClone: lookForClone(cell, config.file, dirs.worktree),
    dirs,
    mission: meta.file,
    config: config.file,
    heartbeat: state.file,
    log: logs.file,
    processWitness: witnessProcess(valueOf(state.file)),
  };
}

/** A contract file and the directory that it is in. */
interface Inspected<L> {
  readonly dir: WithPath<Presence>;
  readonly file: WithPath<L | Flaw>;
}

/** Reads a file that cell.json may place elsewhere, and checks the directory of its default path. */
function placedFile<L extends Presence | Reading<unknown>>(
  cell: number,
  file: ContractFile,
  to: Destination,
  read: Reader<L>,
): Inspected<L> {
  if (to.outcome === "default") return inspect(cell, file, read);
  const dir = { ...lookForDirectory(cell, file.dir), path: file.dir };
  return { dir, file: readDestination(cell, to, read) };
}

function placedDirectory(cell: number, path: CellDir, to: Destination): WithPath<Presence> {
  if (to.outcome === "default") return { ...lookForDirectory(cell, path), path };
  return readDestination(cell, to, lookForDirectory);
}

/** Reads a file and checks its directory, with one open(2) for both. */
function inspect<L extends Presence | Reading<unknown>>(
  cell: number,
  { path, dir: dirName, name, dirFound }: ContractFile,
  read: Reader<L>,
): Inspected<L> {
  let dir: number;
  try {
    dir = openSubdirectory(cell, dirName);
  } catch (error) {
    const flaw = flawOf(error, cell, dirName, "directory");
    return { dir: { ...flaw, path: dirName }, file: { ...inaccessible(flaw, dirName), path } };
  }
  try {
    return { dir: dirFound, file: { ...read(dir, name), path } };
  } finally {
    closeSync(dir);
  }
}

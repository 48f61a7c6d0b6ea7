/**
 * A mission cell: the directory that one agent works in, and the names in it.
 *
 *     <root>/<mission id>/
 *       meta/mission.json      the mission's identity        Mission
 *       config/cell.json       where the cell's parts are    CellConfig
 *       state/heartbeat.json   the agent's last sign of life Heartbeat
 *       logs/daemon.log        one JSON object per line
 *       artifacts/ worktree/
 *
 * These names are spelled only here.
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "../base/id.ts";
import { Seconds } from "../base/number.ts";

/** Every directory of a cell, in order of creation. */
export const CELL_DIRS = ["meta", "config", "state", "logs", "artifacts", "worktree"] as const;
export type CellDir = (typeof CELL_DIRS)[number];

/** Every file of a cell, relative to it. */
export const CELL_FILES = {
  mission: "meta/mission.json",
  config: "config/cell.json",
  heartbeat: "state/heartbeat.json",
  log: "logs/daemon.log",
} as const;

/** The default paths of the parts that `config/cell.json` may move within the cell. */
export const POINTERS = {
  worktree: "worktree",
  artifacts: "artifacts",
  heartbeat: CELL_FILES.heartbeat,
  log: CELL_FILES.log,
} as const;
export type Pointer = keyof typeof POINTERS;

/** Modes of new directories and files in a cell, before the umask. */
export const DIR_MODE = 0o750;
export const FILE_MODE = 0o640;

/** The largest contract file that is read, in bytes. */
export const FILE_LIMIT = 64 * 1024;

const EXPECTED = "Expected a path in the cell, 1 to 1024 characters";
// Long paths are rejected because each of their components costs a system call.
const Path = v.pipe(v.string(EXPECTED), v.regex(/^[^\u0000]{1,1024}$/, EXPECTED));

/** What a worktree was cloned from: a path or URL without a password, and the ref asked for. */
export const ClonedRepository = v.looseObject({ url: v.string(), ref: v.optional(v.string()) });
export type ClonedRepository = v.InferOutput<typeof ClonedRepository>;

/** Schema of `config/cell.json`. Unknown keys belong to the agent, and are kept. */
export const CellConfig = v.looseObject({
  schema_version: v.optional(v.literal(1)),
  mission_id: v.optional(MissionId),
  worktree: Path,
  artifacts: Path,
  heartbeat: Path,
  log: v.optional(Path),
  /** The age limit that the agent asks for, clamped to the operator's minimum and maximum. */
  stale_after_seconds: v.optional(Seconds),
  /** What init-cell cloned into the worktree. */
  cloned_from: v.optional(ClonedRepository),
});
export type CellConfig = v.InferOutput<typeof CellConfig>;

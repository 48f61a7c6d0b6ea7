/**
 * A mission cell: the directory that one agent works in, and the names in it.
 *
 *     <root>/<mission id>/
 *       meta/mission.json      who this mission is           Mission
 *       config/cell.json       where the cell's parts are    CellConfig
 *       state/heartbeat.json   when the agent last lived     Heartbeat
 *       logs/daemon.log        one JSON object a line
 *       artifacts/ worktree/
 *
 * This module is the only place that spells these names.
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "./id.ts";
import { Seconds } from "./number.ts";

/** Every directory of a cell, in the order they are made. */
export const CELL_DIRS = ["meta", "config", "state", "logs", "artifacts", "worktree"] as const;
export type CellDir = (typeof CELL_DIRS)[number];

/** Every file of a cell, relative to it. */
export const CELL_FILES = {
  mission: "meta/mission.json",
  config: "config/cell.json",
  heartbeat: "state/heartbeat.json",
  log: "logs/daemon.log",
} as const;

/** The parts that `config/cell.json` may place elsewhere in the cell, where they usually are. */
export const POINTERS = {
  worktree: "worktree",
  artifacts: "artifacts",
  heartbeat: CELL_FILES.heartbeat,
  log: CELL_FILES.log,
} as const;
export type Pointer = keyof typeof POINTERS;

/** Modes of what we make in a cell; a stricter umask tightens them. */
export const DIR_MODE = 0o750;
export const FILE_MODE = 0o640;

/** The largest contract file that is read, in bytes. */
export const FILE_LIMIT = 64 * 1024;

const EXPECTED = "Expected a path in the cell, 1 to 1024 characters";
// Long paths are refused because each of their parts costs a look.
const Path = v.pipe(v.string(EXPECTED), v.regex(/^[^\u0000]{1,1024}$/, EXPECTED));

/** Schema of `config/cell.json`. Unknown keys are the agent's own, and kept. */
export const CellConfig = v.looseObject({
  schema_version: v.optional(v.literal(1)),
  mission_id: v.optional(MissionId),
  worktree: Path,
  artifacts: Path,
  heartbeat: Path,
  log: v.optional(Path),
  /** The agent's wish for its own age limit; the operator's bounds hold it. */
  stale_after_seconds: v.optional(Seconds),
});
export type CellConfig = v.InferOutput<typeof CellConfig>;

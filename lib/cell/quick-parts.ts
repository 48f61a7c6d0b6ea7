/**
 * The parts of an open cell, read with few system calls. Each is undefined if anything but a success
 * or an absence is met.
 *
 * @module
 */
import type * as v from "valibot";
import { CellConfig } from "../contract/cell.ts";
import type { Presence, Reading, WithPath } from "../contract/facts.ts";
import { Heartbeat } from "../contract/heartbeat.ts";
import { Mission } from "../contract/mission.ts";
import { parseContract } from "../contract/parse.ts";
import { isPlainConfig, isPlainHeartbeat, isPlainMission } from "../contract/plain.ts";
import {
  findDirectoryQuickly,
  findFileQuickly,
  type QuickLook,
  type QuickSyscalls,
  readQuickly,
} from "../host/syscalls/quick-files.ts";
import {
  CONFIG_FILE,
  type ContractFile,
  HEARTBEAT_FILE,
  LOG_FILE,
  MISSION_FILE,
} from "./contract-file.ts";

/** An open cell, and the system calls to read it. */
export interface OpenCell {
  readonly calls: QuickSyscalls;
  readonly cell: number;
}

/** A contract file and its directory. */
export interface QuickPart<F> {
  readonly dir: WithPath<Presence>;
  readonly file: WithPath<F>;
}

export const readMissionPart = (open: OpenCell) =>
  readPart(open, MISSION_FILE, Mission, isPlainMission);
export const readConfigPart = (open: OpenCell) =>
  readPart(open, CONFIG_FILE, CellConfig, isPlainConfig);
export const readHeartbeatPart = (open: OpenCell) =>
  readPart(open, HEARTBEAT_FILE, Heartbeat, isPlainHeartbeat);

function readPart<S extends v.GenericSchema>(
  open: OpenCell,
  file: ContractFile,
  schema: S,
  isPlain: (value: object) => boolean,
): QuickPart<Reading<v.InferOutput<S>>> | undefined {
  const look = readQuickly(open.calls, open.cell, file);
  if (typeof look === "string") return absentPart(open, file, look);
  const parsed = parseContract(look.text, schema, isPlain);
  const { path, dirFound: dir } = file;
  if (parsed.outcome !== "read") return { dir, file: { ...parsed, path } };
  return { dir, file: { ...parsed, writtenMs: look.writtenMs, path } };
}

/** Looks for the log, without reading it. */
export function findLog(open: OpenCell): QuickPart<Presence> | undefined {
  const look = findFileQuickly(open.calls, open.cell, LOG_FILE);
  return look === "found"
    ? { dir: LOG_FILE.dirFound, file: LOG_FILE.found }
    : absentPart(open, LOG_FILE, look);
}

/** An absent file, and whether its directory is absent as well. */
function absentPart(
  { calls, cell }: OpenCell,
  { dir, dirFound, dirAbsent, absent }: ContractFile,
  look: QuickLook<never>,
): QuickPart<{ readonly outcome: "absent" }> | undefined {
  if (look === "unclear") return undefined;
  const found = findDirectoryQuickly(calls, cell, dir);
  if (found === "unclear") return undefined;
  return { dir: found === "found" ? dirFound : dirAbsent, file: absent };
}

/** Looks for the directory `path` of the cell. */
export function findDirectory(
  { calls, cell }: OpenCell,
  path: string,
): WithPath<Presence> | undefined {
  const look = findDirectoryQuickly(calls, cell, path);
  return look === "unclear" ? undefined : { outcome: look, path };
}

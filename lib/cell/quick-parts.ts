/**
 * The parts of an open cell, read with few system calls. Each is undefined after any failure but an
 * absence.
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
  type QuickResult,
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
  const result = readQuickly(open.calls, open.cell, file);
  if (typeof result === "string") return absentPart(open, file, result);
  const parsed = parseContract(result.text, schema, isPlain);
  const { path, dirFound: dir } = file;
  if (parsed.outcome !== "read") return { dir, file: { ...parsed, path } };
  // Written out rather than spread: a scan makes three of these for each cell.
  const { outcome, value } = parsed;
  return { dir, file: { outcome, value, writtenMs: result.writtenMs, path } };
}

/** Looks for the log, without reading it. */
export function findLog(open: OpenCell): QuickPart<Presence> | undefined {
  const result = findFileQuickly(open.calls, open.cell, LOG_FILE);
  return result === "found"
    ? { dir: LOG_FILE.dirFound, file: LOG_FILE.found }
    : absentPart(open, LOG_FILE, result);
}

/** An absent file, and whether its directory is absent as well. */
function absentPart(
  { calls, cell }: OpenCell,
  { dir, dirFound, dirAbsent, absent }: ContractFile,
  result: QuickResult<never>,
): QuickPart<{ readonly outcome: "absent" }> | undefined {
  if (result === "unclear") return undefined;
  const found = findDirectoryQuickly(calls, cell, dir);
  if (found === "unclear") return undefined;
  return { dir: found === "found" ? dirFound : dirAbsent, file: absent };
}

/** Looks for the directory `path` of the cell. */
export function findDirectory(
  { calls, cell }: OpenCell,
  path: string,
): WithPath<Presence> | undefined {
  const result = findDirectoryQuickly(calls, cell, path);
  return result === "unclear" ? undefined : { outcome: result, path };
}

/**
 * Finding out which mission a command is for.
 *
 * @module
 */
import { canonicalId, isCanonicalId, isMissionId, MissionId } from "../base/id.ts";
import * as v from "valibot";
import { quoted } from "../base/printable.ts";
import { OperatorError } from "../base/errors.ts";
import { commandUnder } from "./cell-command.ts";
import type { Root } from "../host/files/directory.ts";
import type { IdUse } from "../base/id-part.ts";

/**
 * The canonical spelling of a mission id from a command line.
 *
 * @throws {OperatorError} when it is not a mission id.
 */
export function readMissionId(text: string): string {
  if (v.is(MissionId, text)) return canonicalId(text);
  throw notAnId(`${quoted(text)} as a mission id`, "give a UUID, such as those that scan lists");
}

const notAnId = (what: string, hint: string): OperatorError =>
  new OperatorError(
    "usage",
    `Cannot use ${what}: it must be a UUID, and neither the nil nor the max one`,
    hint,
  );

/**
 * The canonical spelling of the id in the variable `MISSION_ID`; undefined if it is not set.
 *
 * @throws {OperatorError} when it is not a mission id.
 */
export function missionIdOfVariable(): string | undefined {
  const text = process.env["MISSION_ID"];
  if (text === undefined) return undefined;
  if (v.is(MissionId, text)) return canonicalId(text);
  throw notAnId(
    `${quoted(text)} for MISSION_ID`,
    "set this variable to an id that scan lists, or unset it and give an id",
  );
}

/**
 * The id of the cell under `root` that `text` from a command line names: a whole id, whether or not
 * there is such a cell; else part of one, or for reading a title.
 *
 * @throws {OperatorError} when it names no cell, or several.
 */
export async function readCellName(root: Root, text: string, use: IdUse): Promise<string> {
  if (isMissionId(text)) return canonicalId(text);
  return (await import("./named-cell.ts")).findNamedCell(root, text, use);
}

/**
 * The mission `named`, in whole or in part, else the one of `surroundingMission`.
 *
 * @throws {OperatorError} when it names no cell, or several, or none was given.
 */
export const resolveMissionId = async (
  named: string | undefined,
  root: Root,
  use: IdUse = "act",
): Promise<string> =>
  named === undefined ? surroundingMission(root) : readCellName(root, named, use);

/**
 * The mission of the variable `MISSION_ID`, else that of the cell around `directory`, which defaults
 * to the working directory.
 *
 * @throws {OperatorError} when both are missing, or the id is not valid.
 */
export function surroundingMission(root: Root, directory: string = workingDirectory()): string {
  const id = missionIdOfVariable() ?? cellAround(root, directory);
  if (id !== undefined) return id;
  throw new OperatorError(
    "usage",
    "Missing mission id: none was given, and the working directory is not in a cell",
    `give an id, set MISSION_ID, or run this inside the cell; list the cells with: ${commandUnder(root, "scan")}`,
  );
}

/** True if `MISSION_ID` or the working directory says which mission is meant. */
export const isMissionAround = (root: Root): boolean =>
  (process.env["MISSION_ID"] ?? cellAround(root, workingDirectory())) !== undefined;

/** The error for a cell that does not exist. */
export const missingCell = (
  root: Root,
  id: string,
  doing = `Cannot read mission ${id}`,
): OperatorError =>
  new OperatorError(
    "no_input",
    `${doing}: there is no such cell under ${quoted(root.path)}`,
    `list the cells with: ${commandUnder(root, "scan")}; create this one with: ${commandUnder(root, `init-cell ${id}`)}`,
  );

function cellAround(root: Root, directory: string): string | undefined {
  const prefix = [root.path, root.realPath].find((path) => directory.startsWith(`${path}/`));
  const name = prefix === undefined ? "" : (directory.slice(prefix.length + 1).split("/")[0] ?? "");
  return isCanonicalId(name) ? name : undefined;
}

/** The working directory; empty once it has been removed. */
export function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return "";
  }
}

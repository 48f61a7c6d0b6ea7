/**
 * Which mission a command speaks for when it names none.
 *
 * @module
 */
import { canonicalId, isCanonicalId, MissionId } from "../../schemas/id.ts";
import * as v from "valibot";
import { quoted } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import type { Root } from "../host/directory.ts";

/**
 * A mission id as a person gave it, in its canonical spelling.
 *
 * @throws {OperatorError} when it is none.
 */
export function readMissionId(text: string): string {
  if (v.is(MissionId, text)) return canonicalId(text);
  throw new OperatorError(
    "usage",
    `Cannot use ${quoted(text)} as a mission id: it is no UUID, or the nil or max one`,
    "give a UUID such as the ones that scan lists",
  );
}

/**
 * The mission that was named, else that of `MISSION_ID`, else that of the cell in which
 * `here` lies, which is where this process works.
 *
 * @throws {OperatorError} when none of them names one.
 */
export function missionMeant(
  named: string | undefined,
  root: Root,
  here: string = workingDirectory(),
): string {
  const id = named ?? process.env["MISSION_ID"] ?? cellAround(root, here);
  if (id !== undefined) return readMissionId(id);
  throw new OperatorError(
    "usage",
    "Cannot tell which mission is meant: no id was given, and this is no cell",
    "give the mission's id, set MISSION_ID, or run it inside the cell",
  );
}

/** The error for a cell that was named but is not there. */
export const missingCell = (
  root: Root,
  id: string,
  doing = `Cannot look at mission ${id}`,
): OperatorError =>
  new OperatorError(
    "no_input",
    `${doing}: there is no such cell under ${quoted(root.path)}`,
    `see what there is with: scan; make it with: init-cell ${id}`,
  );

function cellAround(root: Root, here: string): string | undefined {
  const home = [root.path, root.realPath].find((path) => here.startsWith(`${path}/`));
  const name = home === undefined ? "" : (here.slice(home.length + 1).split("/")[0] ?? "");
  return isCanonicalId(name) ? name : undefined;
}

/** Where this process works; nowhere, once that directory has been removed. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return "";
  }
}

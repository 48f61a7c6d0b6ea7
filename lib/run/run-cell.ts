/**
 * Finds the cell in which a wrapped command beats.
 *
 * @module
 */
import { canonicalId, isMissionId } from "../base/id.ts";
import { OperatorError } from "../base/errors.ts";
import type { Settings } from "../contract/settings.ts";
import { missionIdOfVariable, resolveMissionId } from "../cell/mission-id.ts";
import { openRoot } from "../host/files/directory.ts";
import { warnOnStderr } from "./best-effort.ts";

/**
 * The cell named by the argument, in whole or in part, or by MISSION_ID, else the one around the
 * working directory. If the settings are invalid, so that the root is uncertain, a missing cell is
 * only a warning. A whole id is returned whether or not there is such a cell.
 *
 * @throws {OperatorError} when no cell is found, or an id is not valid.
 */
export async function findRunCell(
  argument: string | undefined,
  settings: () => Settings,
  areValid: () => boolean,
): Promise<string | undefined> {
  if (argument !== undefined && isMissionId(argument)) return canonicalId(argument);
  const id = argument === undefined ? missionIdOfVariable() : undefined;
  if (id !== undefined) return id;
  try {
    return await cellUnder(settings().root, argument);
  } catch (error) {
    if (areValid() || !(error instanceof OperatorError)) throw error;
    warnOnStderr(error.message);
    return undefined;
  }
}

async function cellUnder(path: string, argument: string | undefined): Promise<string> {
  const root = openRoot(path);
  try {
    return await resolveMissionId(argument, root);
  } finally {
    root.close();
  }
}

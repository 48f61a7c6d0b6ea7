/**
 * In which cell a wrapped command beats.
 *
 * @module
 */
import { OperatorError } from "../../schemas/errors.ts";
import type { Settings } from "../../schemas/settings.ts";
import { missionMeant, readMissionId } from "../cell/here.ts";
import { openRoot } from "../host/directory.ts";
import { tellAside } from "../run/aside.ts";

/** The cell that is named, if one is. */
export const readCell = (named: string | undefined): string | undefined =>
  named === undefined ? undefined : readMissionId(named);

/**
 * The cell that is named, by the environment too, else the one that this is. Where the settings
 * are not sound, so that nobody knows where cells are, the command goes without: that is told.
 *
 * @throws {OperatorError} when no cell is meant.
 */
export function cellMeant(
  named: string | undefined,
  settings: () => Settings,
  areSound: () => boolean,
): string | undefined {
  const told = named ?? process.env["MISSION_ID"];
  if (told !== undefined) return readMissionId(told);
  try {
    return cellHere(settings().root);
  } catch (error) {
    if (areSound() || !(error instanceof OperatorError)) throw error;
    tellAside(error.message);
    return undefined;
  }
}

function cellHere(path: string): string {
  const root = openRoot(path);
  try {
    return missionMeant(undefined, root);
  } finally {
    root.close();
  }
}

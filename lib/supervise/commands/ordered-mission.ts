/**
 * The mission that an operator's order is for.
 *
 * @module
 */
import { lstatSync } from "node:fs";
import { canonicalId, isMissionId } from "../../base/id.ts";
import { quoted } from "../../base/printable.ts";
import { isMissionAround, missingCell, resolveMissionId } from "../../cell/mission-id.ts";
import { commandPrefix } from "../../cli/called-as.ts";
import { placeFlags } from "../../cli/place-flags.ts";
import { cannotUse } from "../../cli/usage-error.ts";
import type { Settings } from "../../contract/settings.ts";
import { at, openRoot } from "../../host/files/directory.ts";
import type { TypedOrder } from "./order-flags.ts";

/**
 * The id of the mission that an order names, in whole or in part, else of the one around the working
 * directory. A whole id may be that of a cell that is gone. Without one, a history is that of all.
 *
 * @throws {OperatorError} when there is none, or several match.
 */
export async function orderedMission(
  { name, mission }: TypedOrder,
  settings: Settings,
): Promise<string | undefined> {
  if (mission !== undefined && isMissionId(mission)) return canonicalId(mission);
  const root = openRoot(settings.root);
  try {
    const isAround = mission !== undefined || isMissionAround(root);
    if (!isAround && name === "history") return undefined;
    if (!isAround)
      throw cannotUse(
        `${name} without a mission`,
        `type: ${commandPrefix()}supervise ${name} <id>${placeFlags(settings)}`,
      );
    return await resolveMissionId(mission, root, name === "history" ? "read" : "act");
  } finally {
    root.close();
  }
}

/**
 * Catches a mistyped mission id.
 *
 * @throws {OperatorError} when there is no such cell.
 */
export function checkCellExists(settings: Settings, id: string): void {
  const root = openRoot(settings.root);
  try {
    if (lstatSync(at(root.fd, id), { throwIfNoEntry: false }) === undefined)
      throw missingCell(root, id, `Cannot find mission ${quoted(id)}`);
  } finally {
    root.close();
  }
}

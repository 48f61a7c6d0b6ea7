/**
 * The list of all missions, for the mission command without an id.
 *
 * @module
 */
import { printable, printableJson, shortened } from "../../base/printable.ts";
import { EXIT } from "../../base/errors.ts";
import { alignColumns } from "../../cli/columns.ts";
import { valueOf } from "../../contract/facts.ts";
import type { Root } from "../../host/files/directory.ts";
import { printText } from "../../host/stdio/stdio.ts";
import { syscalls } from "../../host/syscalls/plan.ts";
import { listRoot } from "../listing.ts";
import { observeCell } from "../observe.ts";

const TITLE_LENGTH = 60;

/**
 * Prints a line, or with `json` an element of a list, for each mission; returns the exit code.
 *
 * @throws {OperatorError} when the root cannot be listed.
 */
export function listMissions(root: Root, json: boolean): number {
  const missions = listRoot(root).ids.map((id) => {
    const read = valueOf(observeCell(root, id, syscalls()).mission);
    const { status = null, title = null, owner = null } = read ?? {};
    return { mission_id: id, status, title, owner };
  });
  if (json) printText(`${printableJson(missions, 2)}\n`);
  else if (missions.length === 0) printText(`No missions under ${printable(root.path)}\n`);
  else
    printText(
      alignColumns([
        ["MISSION", "STATUS", "TITLE"],
        ...missions.map(({ mission_id, status, title }) => [
          mission_id,
          status ?? "unreadable",
          printable(shortened(title ?? "", TITLE_LENGTH)),
        ]),
      ])
        .map((line) => `${line}\n`)
        .join(""),
    );
  return EXIT.ok;
}

/**
 * What became of proposals, for people and programs.
 *
 * @module
 */
import { printable, printableJson, quoted } from "../../rules/printable.ts";
import { EXIT, OperatorError } from "../../schemas/errors.ts";
import type { Root } from "../host/directory.ts";
import { printText, tell } from "../host/stdout.ts";
import { CARE, type Making, makeProposed, missionWanted, type Wanted } from "./cell.ts";
import { missionsFrom } from "./missions.ts";
import type { Passed } from "./pass.ts";
import type { Result } from "./result.ts";

/**
 * Makes the cell that a file asks for, or says what would be made; gives the exit code.
 *
 * @throws {OperatorError} when another cell has that id or came from that issue, or it cannot be made.
 */
export async function acceptOne(
  root: Root,
  wanted: Wanted,
  making: Making,
  json: boolean,
): Promise<number> {
  checkSibling(root, wanted);
  const { mission_id, path, outcome } = await makeProposed(root, wanted, making, CARE);
  const mission = making.dryRun ? { mission: missionWanted(wanted, making.now) } : {};
  if (json) {
    const said = { schema_version: 1, root: root.path, mission_id, path, outcome, ...mission };
    printText(`${printableJson(said, 2)}\n`);
    return EXIT.ok;
  }
  if (making.dryRun) printText(`${printableJson(mission.mission, 2)}\n`);
  else printText(`${mission_id}\n`);
  const words = { created: "made", "would-create": "would make" }[outcome as string];
  tell(`accept-proposals: ${printable(`${words ?? "nothing to do: there is"} ${quoted(path)}`)}\n`);
  return EXIT.ok;
}

/** An issue makes one cell, whatever id it names later. */
function checkSibling(root: Root, { id, source }: Wanted): void {
  const others = source === undefined ? [] : missionsFrom(root, source);
  const [sibling] = others.includes(id) ? [] : others;
  if (sibling === undefined) return;
  throw new OperatorError(
    "data_error",
    `Cannot make mission ${id}: mission ${sibling} says that it came from this issue`,
    "propose another mission in an issue of its own",
  );
}

/** Prints what a pass did, a line an issue, or all of it as JSON; gives the exit code. */
export function printPass(root: Root, { results, errors }: Passed, json: boolean): number {
  if (json)
    printText(`${printableJson({ schema_version: 1, root: root.path, issues: results }, 2)}\n`);
  else printText(results.map((result) => `${printable(lineOf(result))}\n`).join(""));
  const [first] = errors;
  if (first === undefined) return EXIT.ok;
  const { fault: code, message, hint } = first;
  if (json) tell(`${printableJson({ error: { code, message, hint } })}\n`);
  else tell(errors.map(errorText).join(""));
  return EXIT[code];
}

function lineOf({ issue, outcome, mission_id: id, reasons }: Result): string {
  const why = reasons.length === 0 ? "" : `: ${reasons.join("; ")}`;
  return `#${issue} ${outcome}${id === null ? "" : ` ${id}`}${why}`;
}

const errorText = ({ message, hint }: OperatorError): string =>
  `accept-proposals: error: ${printable(message)}\naccept-proposals: hint: ${printable(hint)}\n`;

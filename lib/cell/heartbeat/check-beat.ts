/**
 * Checks that a beat may be written into a cell.
 *
 * @module
 */
import { quoted } from "../../base/printable.ts";
import { contractProblems } from "../../verdict/problems.ts";
import { CELL_FILES } from "../../contract/cell.ts";
import { OperatorError } from "../../base/errors.ts";
import { type CellFacts, valueOf } from "../../contract/facts.ts";
import { isTerminal, type Mission } from "../../contract/mission.ts";
import type { Root } from "../../host/files/directory.ts";
import type { Cell } from "../cell.ts";
import { commandUnder, explainHint } from "../cell-command.ts";
import { missingCell } from "../mission-id.ts";

/**
 * Returns the cell's mission if a beat may be written.
 *
 * @throws {OperatorError} when the cell does not exist, a part other than heartbeat and log is
 *   broken, or the mission is paused or has ended.
 */
export function checkCanBeat(facts: CellFacts, root: Root): Mission {
  const doing = `Cannot beat for mission ${facts.id}`;
  if (facts.self.outcome === "absent") throw missingCell(root, facts.id, doing);
  const problem = problemBeyondBeat(facts);
  const mission = valueOf(facts.mission);
  if (problem !== undefined || mission === undefined)
    throw new OperatorError(
      "data_error",
      `${doing}: ${problem ?? `${CELL_FILES.mission} is missing`}`,
      explainHint({ root, id: facts.id }),
    );
  checkOwnFile(facts, doing);
  checkStatus(mission, { root, id: facts.id }, doing);
  return mission;
}

function checkStatus({ status }: Mission, { root, id }: Cell, doing: string): void {
  if (status === "paused")
    throw new OperatorError(
      "data_error",
      `${doing}: it is paused`,
      `resume it with: ${commandUnder(root, `mission ${id} resume`)}`,
    );
  if (isTerminal(status))
    throw new OperatorError(
      "data_error",
      `${doing}: it has ended (${status})`,
      "stop its agent: no beats are expected of an ended mission",
    );
}

/** Refuses a heartbeat path that is another contract file, which the beat would replace. */
function checkOwnFile({ mission, config, heartbeat, log }: CellFacts, doing: string): void {
  if (![mission, config, log].some(({ path }) => path === heartbeat.path)) return;
  throw new OperatorError(
    "data_error",
    `${doing}: its heartbeat points to ${quoted(heartbeat.path)}, which the beat would overwrite`,
    "point the heartbeat to a file of its own in cell.json",
  );
}

/** The first problem of a cell, except those of its heartbeat, which is replaced, and its log. */
function problemBeyondBeat(facts: CellFacts): string | undefined {
  const ignored = [facts.heartbeat, facts.log].filter(
    ({ outcome }) => outcome !== "pointer-escapes",
  );
  const paths = ignored.map(({ path }) => path);
  return contractProblems(facts).find(({ path }) => !paths.includes(path))?.text;
}

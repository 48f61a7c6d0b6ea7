/**
 * Showing a mission, and changing its status, for the mission command.
 *
 * @module
 */
import { INDENTED_LEVELS } from "../../contract/json.ts";
import { printable, printableIndented, shortened } from "../../base/printable.ts";
import { explainHint } from "../cell-command.ts";
import { describeFlaw } from "../../verdict/problems.ts";
import { statusAfter, stepsFrom } from "../rules/transition.ts";
import { CELL_FILES } from "../../contract/cell.ts";
import { EXIT, OperatorError } from "../../base/errors.ts";
import type { CellFacts } from "../../contract/facts.ts";
import type { Mission } from "../../contract/mission.ts";
import type { Root } from "../../host/files/directory.ts";
import { acknowledge } from "./acknowledge.ts";
import { ACKNOWLEDGE, type RequestedStep } from "./mission-words.ts";
import { changeStatus } from "./status-change.ts";
import type { Cell } from "../cell.ts";
import { observeCell } from "../observe.ts";
import { missingCell } from "../mission-id.ts";
import { printText, printError } from "../../host/stdio/stdio.ts";

/** A change as the command line names it. */
interface RequestedChange {
  readonly step: RequestedStep;
  readonly reason: string | undefined;
  readonly now: Date;
}

/**
 * Takes a step in a mission's lifecycle.
 *
 * @throws {OperatorError} when the cell does not exist, or the step is not allowed.
 */
export function changeMission({ root, id }: Cell, { step, reason, now }: RequestedChange): void {
  const facts = observeCell(root, id);
  readMission(root, facts, "change");
  if (step === ACKNOWLEDGE) return printAcknowledged(acknowledge(root, facts, { reason, now }));
  const changed = changeStatus(root, facts, { program: "mission", step, reason, now });
  if (!changed) printError(`mission: nothing to do: it is already ${statusAfter(step)}\n`);
}

const printAcknowledged = (what: readonly string[]): void =>
  printError(
    what.length === 0
      ? "mission: nothing to do: there is nothing to acknowledge\n"
      : `mission: acknowledged: ${what.join(", ")}\n`,
  );

/** Prints a mission, or after a change its new status only; returns the exit code. */
export function showMission(
  { root, id }: Cell,
  { isChange, json }: { isChange: boolean; json: boolean },
): number {
  const mission = readMission(root, observeCell(root, id), "show");
  if (json) printText(`${printableIndented(mission, INDENTED_LEVELS)}\n`);
  else printText(isChange ? `${mission.status}\n` : missionText(mission));
  return EXIT.ok;
}

function readMission(root: Root, facts: CellFacts, verb: "show" | "change"): Mission {
  if (facts.self.outcome === "absent") throw missingCell(root, facts.id);
  const { mission } = facts;
  if (mission.outcome === "read") return mission.value;
  throw new OperatorError(
    "data_error",
    `Cannot ${verb} mission ${facts.id}: ${CELL_FILES.mission} ${describeFlaw(mission)}`,
    explainHint({ root, id: facts.id }),
  );
}

/** Characters of a value that are shown. */
const VALUE_LENGTH_LIMIT = 1000;

function missionText(mission: Mission): string {
  const { labels = {}, status } = mission;
  const next = stepsFrom(status);
  const rows = [
    ["mission", mission.mission_id],
    ["status", next.length === 0 ? `${status} (final)` : `${status} (next: ${next.join(", ")})`],
    ["created", mission.created_at],
    ["updated", mission.updated_at],
    ["title", mission.title],
    ["objective", mission.objective],
    ["owner", mission.owner],
    ["source", mission.source],
    ...Object.entries(labels).map(([name, value]) => ["label", `${name}=${value}`]),
  ];
  const lines = rows
    .filter(([, value]) => value !== undefined)
    .map(
      ([name = "", value = ""]) =>
        `${name.padEnd(11)}${printable(shortened(value, VALUE_LENGTH_LIMIT))}\n`,
    );
  return lines.join("");
}

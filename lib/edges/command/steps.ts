/**
 * The steps of a mission's life as an operator takes and sees them.
 *
 * @module
 */
import { unlessTooDeep } from "../../rules/json.ts";
import { printable, printableJson, quoted, shortened } from "../../rules/printable.ts";
import { describeFlaw } from "../../rules/problems.ts";
import { MISSION_STEPS, type Step, stepsFrom } from "../../rules/transition.ts";
import { CELL_FILES } from "../../schemas/cell.ts";
import { EXIT, OperatorError } from "../../schemas/errors.ts";
import type { CellFacts } from "../../schemas/facts.ts";
import type { Mission } from "../../schemas/mission.ts";
import type { Root } from "../host/directory.ts";
import { refusal } from "./flags.ts";
import { changeStatus } from "../cell/life.ts";
import { observeCell } from "../cell/observe.ts";
import { missingCell } from "../cell/here.ts";
import { printText, tell } from "../host/stdout.ts";

/**
 * Takes a mission the step that was named.
 *
 * @throws {OperatorError} when there is no such step or cell, or it may not be taken.
 */
export function takeStep(
  root: Root,
  id: string,
  step: string,
  reason: string | undefined,
  now: Date,
): void {
  if (!isStep(step))
    throw refusal(`${quoted(step)} as a step`, `the steps are: ${MISSION_STEPS.join(", ")}`);
  const facts = observeCell(root, id);
  readMission(root, facts, "change");
  const changed = changeStatus(root, facts, { program: "mission", step, reason, now });
  if (!changed) tell("mission: nothing to do: it stands there already\n");
}

/** Prints a mission, or after a change only where it stands now; gives the exit code. */
export function showMission(
  root: Root,
  id: string,
  { isChange, json }: { isChange: boolean; json: boolean },
): number {
  const mission = readMission(root, observeCell(root, id), "show");
  if (json) printText(jsonOf(mission));
  else printText(isChange ? `${mission.status}\n` : missionText(mission));
  return EXIT.ok;
}

const isStep = (word: string): word is Step => (MISSION_STEPS as string[]).includes(word);

function readMission(root: Root, facts: CellFacts, what: "show" | "change"): Mission {
  if (facts.self.outcome === "absent") throw missingCell(root, facts.id);
  const { mission } = facts;
  if (mission.outcome === "read") return mission.value;
  throw new OperatorError(
    "data_error",
    `Cannot ${what} mission ${facts.id}: ${CELL_FILES.mission} ${describeFlaw(mission)}`,
    `see all of it with: scan --explain ${facts.id}`,
  );
}

function jsonOf(mission: Mission): string {
  const text = unlessTooDeep(() => printableJson(mission, 2));
  if (text !== undefined) return `${text}\n`;
  throw new OperatorError(
    "data_error",
    `Cannot print mission ${mission.mission_id}: it is nested too deeply`,
    "look at it without --json",
  );
}

const VALUE_LIMIT = 1000;

function missionText(mission: Mission): string {
  const { labels = {}, status } = mission;
  const next = stepsFrom(status);
  const rows = [
    ["mission", mission.mission_id],
    ["status", next.length === 0 ? `${status} (final)` : `${status} (can: ${next.join(", ")})`],
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
        `${name.padEnd(11)}${printable(shortened(value, VALUE_LIMIT))}\n`,
    );
  return lines.join("");
}

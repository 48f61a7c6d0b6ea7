/**
 * Changing where a mission stands, one change at a time.
 *
 * @module
 */
import { contractText, parseExactly, unlessTooDeep } from "../../rules/json.ts";
import { describeFlaw } from "../../rules/problems.ts";
import { quoted } from "../../rules/printable.ts";
import { isAllowed, type Step, stepsFrom, targetOf } from "../../rules/transition.ts";
import { CELL_FILES, FILE_MODE } from "../../schemas/cell.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { type CellFacts, valueOf } from "../../schemas/facts.ts";
import { canonicalId } from "../../schemas/id.ts";
import { type Mission, Mission as MissionSchema } from "../../schemas/mission.ts";
import { readContract, readText } from "./contract.ts";
import { type Root, withPlace } from "../host/directory.ts";
import { systemFailure } from "../host/errno.ts";
import { withLockedLog } from "./lock.ts";
import { appendLine, logLine } from "./log.ts";
import { replaceFile } from "../host/replace.ts";

const PATIENCE = 40;
const [META = "", FILE = ""] = CELL_FILES.mission.split("/");

export interface Change {
  readonly program: string;
  readonly step: Step;
  readonly reason?: string | undefined;
  readonly now: Date;
  /** How often the cell's lock is tried, 50 ms apart; 2 seconds where it is left out. */
  readonly tries?: number;
}

/**
 * Takes a mission one step on: rewrites mission.json whole, keeping every key, and logs it.
 * Where the mission already stands there, nothing changes and false is returned.
 *
 * @throws {OperatorError} when the step is not allowed, another process holds the cell, or
 *   a file cannot be read or written.
 */
export function changeStatus(root: Root, facts: CellFacts, change: Change): boolean {
  try {
    return withLockedLog(root, facts, change.tries ?? PATIENCE, (cell, log) =>
      changeLocked(facts.id, cell, log, change),
    );
  } catch (error) {
    throw systemFailure(error, `Cannot change mission ${facts.id}`, "io_error");
  }
}

function changeLocked(id: string, cell: number, log: number, change: Change): boolean {
  const { program, step, reason, now } = change;
  const before = readMission(cell, id);
  const to = targetOf(step);
  if (before.status === to) return false;
  if (!isAllowed(before.status, step)) throw refused(id, before, step);
  const said = reason === undefined ? {} : { reason };
  const note = (event: string) =>
    appendLine(log, logLine({ program, event, from: before.status, to, ...said }, now));
  // The line comes first: killed in between, the step is taken and logged again, but never unlogged.
  note("status");
  try {
    rewriteMission(cell, { status: to, updated_at: now.toISOString() });
  } catch (error) {
    note("status-kept");
    throw error;
  }
  return true;
}

function readMission(cell: number, id: string): Mission {
  const reading = withPlace(cell, [META], (meta) => readContract(meta, FILE, MissionSchema));
  const mission = valueOf(reading);
  if (mission !== undefined && canonicalId(mission.mission_id) === id) return mission;
  const why = reading.outcome === "read" ? "names another mission" : describeFlaw(reading);
  throw new OperatorError(
    "data_error",
    `Cannot change mission ${id}: ${CELL_FILES.mission} ${why}`,
    `see what is wrong with: scan --explain ${id}`,
  );
}

/** Replaces some of mission.json's keys; all others are written back as they were. */
function rewriteMission(cell: number, changed: Partial<Mission>): void {
  withPlace(cell, [META], (meta) => {
    const text = readText(meta, FILE);
    const rewritten =
      text.outcome === "read"
        ? unlessTooDeep(() => contractText({ ...parseExactly(text.value), ...changed }))
        : undefined;
    if (rewritten === undefined)
      throw new OperatorError(
        "data_error",
        `Cannot rewrite ${CELL_FILES.mission}: it would be larger or deeper than what is read of it`,
        "make it smaller by hand",
      );
    try {
      replaceFile(meta, FILE, rewritten, FILE_MODE);
    } catch (error) {
      throw systemFailure(error, `Cannot rewrite ${quoted(CELL_FILES.mission)}`, "io_error");
    }
  });
}

function refused(id: string, { status }: Mission, step: Step): OperatorError {
  const steps = stepsFrom(status);
  const hint =
    steps.length === 0
      ? `${status} is final: make a new mission with init-cell`
      : `from ${status} it can: ${steps.join(", ")}`;
  return new OperatorError("data_error", `Cannot ${step} mission ${id}: it is ${status}`, hint);
}

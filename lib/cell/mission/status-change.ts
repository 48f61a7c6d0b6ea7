/**
 * Changing a mission's status, one change at a time.
 *
 * @module
 */
import { describeFlaw } from "../../verdict/problems.ts";
import { defined } from "../../base/defined.ts";
import { isAllowed, type MissionStep, stepsFrom, statusAfter } from "../rules/transition.ts";
import { CELL_FILES } from "../../contract/cell.ts";
import { OperatorError } from "../../base/errors.ts";
import { type CellFacts, valueOf } from "../../contract/facts.ts";
import { canonicalId } from "../../base/id.ts";
import { type Mission, Mission as MissionSchema } from "../../contract/mission.ts";
import { readContract } from "../../host/files/read-json.ts";
import { type Root, withSubdirectory } from "../../host/files/directory.ts";
import { systemFailure } from "../../host/errno.ts";
import type { Cell } from "../cell.ts";
import { commandUnder, explainHint } from "../cell-command.ts";
import { STATUS_LOCK_ATTEMPTS, withLockedLog } from "./status-lock.ts";
import { appendLine, logLine } from "../log.ts";
import { rewriteKeys } from "./rewrite-keys.ts";

const [META = "", FILE = ""] = CELL_FILES.mission.split("/");

export interface MissionChange {
  readonly program: string;
  readonly step: MissionStep;
  readonly reason?: string | undefined;
  readonly now: Date;
  /** Attempts to lock the cell, 50 ms apart; 40 by default. */
  readonly lockAttempts?: number;
}

/**
 * Takes one step in a mission's lifecycle: replaces mission.json, keeping every other key, and
 * logs the change. Returns false, without a change, if the mission already has that status.
 *
 * @throws {OperatorError} when the step is not allowed, another process holds the lock, or
 *   a file cannot be read or written.
 */
export function changeStatus(root: Root, facts: CellFacts, change: MissionChange): boolean {
  try {
    return withLockedLog(root, facts, change.lockAttempts ?? STATUS_LOCK_ATTEMPTS, (cell, log) =>
      changeLocked({ root, id: facts.id }, cell, log, change),
    );
  } catch (error) {
    throw systemFailure(error, `Cannot change mission ${facts.id}`, "io_error");
  }
}

function changeLocked(
  named: Cell,
  cell: number,
  log: number,
  { program, step, reason, now }: MissionChange,
): boolean {
  const before = readMission(cell, named);
  const to = statusAfter(step);
  if (before.status === to) return false;
  if (!isAllowed(before.status, step)) throw notAllowedError(named, before, step);
  const details = { from: before.status, to, ...defined({ reason }) };
  const append = (event: string) => appendLine(log, logLine({ program, event, ...details }, now));
  // Logged first: if we are killed in between, the change is logged twice, but never left unlogged.
  append("status");
  try {
    rewriteKeys(cell, CELL_FILES.mission, { status: to, updated_at: now.toISOString() });
  } catch (error) {
    append("status-kept");
    throw error;
  }
  return true;
}

function readMission(cell: number, named: Cell): Mission {
  const { id } = named;
  const reading = withSubdirectory(cell, [META], (meta) => readContract(meta, FILE, MissionSchema));
  const mission = valueOf(reading);
  if (mission !== undefined && canonicalId(mission.mission_id) === id) return mission;
  const why = reading.outcome === "read" ? "names another mission" : describeFlaw(reading);
  throw new OperatorError(
    "data_error",
    `Cannot change mission ${id}: ${CELL_FILES.mission} ${why}`,
    explainHint(named),
  );
}

function notAllowedError(
  { root, id }: Cell,
  { status }: Mission,
  step: MissionStep,
): OperatorError {
  const steps = stepsFrom(status);
  const hint =
    steps.length === 0
      ? `${status} is final: create a new mission with: ${commandUnder(root, "init-cell")}`
      : `steps from ${status}: ${steps.join(", ")}`;
  return new OperatorError("data_error", `Cannot ${step} mission ${id}: it is ${status}`, hint);
}

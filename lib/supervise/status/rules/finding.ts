/**
 * What a round found about a cell, as far as a change of it causes a notification: the status, and
 * the code that decided it.
 *
 * @module
 */
import { WAITING_STATE } from "../../../contract/heartbeat.ts";
import { ProblemCode, type ReportCell, type Status } from "../../../contract/report.ts";

/** A cell's status; null when there is no such cell. */
export type CellStatus = Status | null;

/** The codes that can decide a status: the problem codes, and two more. */
export const FINDING_CODES = [...ProblemCode.options, "waiting", "silent-but-running"] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

export interface Finding {
  readonly status: CellStatus;
  /** The code that decided it; null for none, undefined if an earlier release stored none. */
  readonly code: FindingCode | null | undefined;
}

export const NO_CELL: Finding = { status: null, code: null };

/** Each finding once: what is remembered of many thousand cells then shares a few objects. */
const known = new Map<string, Finding>();

function shared(status: Status, code: FindingCode | null): Finding {
  const key = `${status} ${code}`;
  const finding = known.get(key) ?? Object.freeze({ status, code });
  known.set(key, finding);
  return finding;
}

/** The finding about a cell; `cell` is undefined if it is gone. */
export function findingOf(cell: ReportCell | undefined): Finding {
  if (cell === undefined) return NO_CELL;
  const { status, state, problems, evidence } = cell;
  const code = problems[0]?.code ?? null;
  if (code === "heartbeat-old" && evidence.process === "alive")
    return shared(status, "silent-but-running");
  const isWaiting = status === "healthy" && code === null && state === WAITING_STATE;
  return shared(status, isWaiting ? "waiting" : code);
}

/** True for a healthy cell without a problem: its agent may wait. */
export const isWell = ({ status, code }: Finding): boolean =>
  status === "healthy" && (code === null || code === undefined || code === "waiting");

/** True for the same status with the same code, if both codes are known. */
export const isSameFinding = (a: Finding, b: Finding): boolean =>
  a.status === b.status && (a.code === undefined || b.code === undefined || a.code === b.code);

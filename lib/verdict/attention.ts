/**
 * How urgently a cell needs a person. Table, page, `--check`, `/health`, metrics and notifications
 * all use it.
 *
 * @module
 */
import type { Attention, Problem, ReportCell, Status } from "../contract/report.ts";
import type { Row } from "./rows.ts";

/** What the attention depends on. */
export interface AttentionInput {
  readonly row: Row;
  readonly status: Status;
  readonly problems: readonly Problem[];
  /** The mission failed, and nobody has acknowledged that yet. */
  readonly isFailed: boolean;
  /** The agent has been stuck or idle for longer than the operator's limits. */
  readonly isOverdue: boolean;
}

/** The rows that always need a person. */
export const CRITICAL_ROWS: readonly Row[] = [
  "incomplete",
  "crashed",
  "process-gone",
  "heartbeat-old",
];

/** The attention that a cell needs. */
export function attentionFor(input: AttentionInput): Attention {
  const { row, status, problems, isFailed, isOverdue } = input;
  if (CRITICAL_ROWS.includes(row) || (row === "stuck" && isOverdue)) return "critical";
  if (status !== "healthy" || problems.length > 0 || isFailed) return "warning";
  return row === "waiting" || (row === "idle" && isOverdue) ? "note" : "none";
}

/** Every level, the most urgent first. */
export const ATTENTION_LEVELS: readonly Attention[] = ["critical", "warning", "note", "none"];

/** The most urgent of several; "none" of none. */
export const highestAttention = (all: readonly (Attention | undefined)[]): Attention =>
  ATTENTION_LEVELS.find((level) => all.includes(level)) ?? "none";

/** True for a level that is as urgent as `least`, or more. */
export const isAtLeast = (level: Attention, least: Attention): boolean =>
  ATTENTION_LEVELS.indexOf(level) <= ATTENTION_LEVELS.indexOf(least);

/** Codes that only show that an agent is silent, not that it died. */
const SILENCE: readonly Problem["code"][] = ["heartbeat-old", "never-beat", "heartbeat-ahead"];

/** The fields that tell a silence from a death. */
type Witnessed = Pick<ReportCell, "problems" | "state" | "evidence">;

/** True for a cell that is silent, or seems so by a wrong clock. */
export const isSilent = (cell: Witnessed): boolean =>
  cell.problems.some(
    ({ code }) => SILENCE.includes(code) || (code === "exited" && isEndInferred(cell)),
  );

/** True if only its silence shows that an agent has ended: it said that it was done, not that it exits. */
const isEndInferred = ({ state, evidence: { exit, process } }: Witnessed): boolean =>
  state !== "exiting" && exit === null && process !== "gone";

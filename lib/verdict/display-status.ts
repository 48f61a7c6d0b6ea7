/**
 * A cell's status as people see it, the same in a terminal, over HTTP and on the page.
 *
 * Imports types only, so that the page carries these lines and no schema.
 *
 * @module
 */
import type { ReportCell, Status } from "../contract/report.ts";
import { ATTENTION_LEVELS } from "./attention.ts";
import { type Decided, rowOf } from "./rows.ts";

/** A healthy cell that is not expected to beat is shown as resting. */
export type DisplayStatus = Status | "resting";

/** What a status is decided from. */
type Judged = Pick<ReportCell, "status" | "limit_seconds">;

/** Every status, worst first. */
export const DISPLAY_STATUSES: readonly DisplayStatus[] = [
  "incomplete",
  "stale",
  "uninitialized",
  "healthy",
  "resting",
];

/** What `--status` selects by: a status, or one of the words that tables show instead. */
export const STATUS_WORDS = [...DISPLAY_STATUSES, "waiting", "stuck"] as const;
export type StatusWord = DisplayStatus | "waiting" | "stuck";

/** True if one of `words` is the cell's status, or the more precise word that tables show. */
export const hasStatus = (cell: Decided, words: readonly StatusWord[]): boolean =>
  words.includes(cell.status) || words.some((word) => word === statusText(cell).split(" ")[0]);

/** True for a healthy cell that is not expected to beat. */
export const isResting = ({ status, limit_seconds }: Judged): boolean =>
  status === "healthy" && limit_seconds === null;

/** The status under which a cell is shown. */
export const displayStatus = (cell: Judged): DisplayStatus =>
  isResting(cell) ? "resting" : cell.status;

/** A cell's place in a list, the most urgent first: by attention, then by status. */
export const severityRank = (cell: Judged & Pick<ReportCell, "attention">): number =>
  DISPLAY_STATUSES.length * ATTENTION_LEVELS.indexOf(cell.attention) +
  DISPLAY_STATUSES.indexOf(displayStatus(cell));

/**
 * The status as text: `resting (paused)` with the reason for a resting cell, `waiting` for a healthy
 * cell whose agent waits, `stuck` for a stale cell whose agent is stuck.
 */
export function statusText(cell: Decided): string {
  const row = rowOf(cell);
  if (isResting(cell)) return `resting (${row === "idle" ? row : cell.mission_status})`;
  return row === "waiting" || row === "stuck" ? row : cell.status;
}

/** Cells by status as text; `resting` ones count as healthy too, and are named if it is given. */
export function statusCounts(counts: Readonly<Record<Status, number>>, resting = 0): string {
  const { healthy, stale, incomplete, uninitialized } = counts;
  const named = resting === 0 ? "" : ` (${resting} resting)`;
  return `${healthy} healthy${named}, ${stale} stale, ${incomplete} incomplete, ${uninitialized} uninitialized`;
}

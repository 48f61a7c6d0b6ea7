/**
 * The rows of the verdict table: the first one that matches a cell decides.
 *
 * Imports types only, so that the page carries these lines and no schema.
 *
 * @module
 */
import type { ReportCell } from "../contract/report.ts";

/** The rows and their conditions, as `scan --explain` prints them. */
export const ROWS = {
  uninitialized: "none of the four files exists, and all directories are accessible",
  incomplete: "a part is absent, broken, or contradicts another",
  resting: "the contract holds and no beat is expected: the mission is paused or has ended",
  crashed: "the command ended with a code other than 0, or by a signal",
  exited: "the agent or its command has ended, and the mission is still active",
  "process-gone": "the process that the last beat vouches for is gone, and left no exit code",
  "heartbeat-ahead": "the last beat lies in the future",
  waiting: "the agent waits, and its wait is not over",
  idle: "the agent is idle, and beats again at the next event of its session",
  "never-beat": "the agent has not beaten yet, for longer than the limit",
  "heartbeat-old": "the last beat is older than the limit",
  stuck: "the agent is reported as stuck, and its beats are not overdue",
  healthy: "the last beat is fresh",
} as const;
export type Row = keyof typeof ROWS;

/** The witness that decides in each row; without a recorded exit the beat decides in `exited`. */
export const WITNESSES: Readonly<Record<Row, string>> = {
  uninitialized: "contract",
  incomplete: "contract",
  resting: "contract",
  crashed: "exit",
  exited: "exit",
  "process-gone": "process",
  "heartbeat-ahead": "beat",
  waiting: "beat",
  idle: "beat",
  "never-beat": "expectation",
  "heartbeat-old": "expectation",
  stuck: "beat",
  healthy: "beat",
};

/** The fields of a report's cell from which its row can be determined. */
export type Decided = Pick<
  ReportCell,
  "status" | "limit_seconds" | "mission_status" | "state" | "problems"
>;

/** The row that decided a cell of a report. */
export function rowOf(cell: Decided): Row {
  const { status, limit_seconds, mission_status, state, problems } = cell;
  if (status === "stale") return (problems[0]?.code ?? "heartbeat-old") as Row;
  if (status !== "healthy") return status;
  const isActive = mission_status === "active" || mission_status === "initialized";
  if (limit_seconds === null) return isActive ? "idle" : "resting";
  return state === "waiting" ? "waiting" : "healthy";
}

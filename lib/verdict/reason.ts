/**
 * Why a cell needs attention, in one clause for people.
 *
 * @module
 */
import type { ReportCell } from "../contract/report.ts";

/**
 * The first problem, or why a cell without one needs attention; undefined for a cell that needs
 * none. Text from the agent is not escaped yet.
 */
export function reasonOf(cell: ReportCell): string | undefined {
  const [first] = cell.problems;
  if (first !== undefined) return first.text;
  if (cell.attention === "none") return undefined;
  if (cell.mission_status === "failed") return "the mission failed";
  const message = cell.message === null ? "" : `: ${cell.message}`;
  return `${stateText(cell)}${message}`;
}

/** Until when a waiting agent may be silent, or since when an idle one is. */
function stateText({ expected_since, limit_seconds, last_heartbeat }: ReportCell): string {
  const since = Date.parse(expected_since ?? "");
  if (Number.isNaN(since) || limit_seconds === null)
    return `the agent is idle, last beat at ${last_heartbeat ?? "unknown"}`;
  return `the agent waits, until ${new Date(since + 1000 * limit_seconds).toISOString()} at most`;
}

/**
 * A report as a monitoring plugin says it: one line, performance data, and a state.
 *
 * Exit codes and `label=value` after the bar as in the Monitoring Plugins guidelines.
 *
 * @module
 */
import { STUCK_STATE } from "../schemas/heartbeat.ts";
import type { Report, ReportCell } from "../schemas/report.ts";

export const CHECK_EXIT = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const;
export type CheckState = keyof typeof CHECK_EXIT;

/** How bad one cell is. */
export function checkCell(cell: ReportCell): "OK" | "WARNING" | "CRITICAL" {
  if (cell.status === "incomplete") return "CRITICAL";
  if (cell.problems.some(({ code }) => code === "heartbeat-old")) return "CRITICAL";
  const warns =
    cell.status !== "healthy" ||
    cell.mission_status === "failed" ||
    (cell.state === STUCK_STATE && cell.limit_seconds !== null);
  return warns ? "WARNING" : "OK";
}

/** The state of a whole report: its worst cell, unless the observer itself is suspect. */
export function checkReport(report: Report): CheckState {
  if (report.observer_suspect) return "UNKNOWN";
  const states = new Set(report.cells.map(checkCell));
  return (["CRITICAL", "WARNING"] as const).find((state) => states.has(state)) ?? "OK";
}

/** The plugin's line, without the line end. */
export function checkLine(report: Report): string {
  const state = checkReport(report);
  const { summary } = report;
  const counts = (["healthy", "stale", "incomplete", "uninitialized"] as const).map(
    (status) => `${summary[status]} ${status}`,
  );
  const perfdata = Object.entries(summary).map(([name, count]) => `${name}=${count}`);
  return `MISSIONS ${state} - ${counts.join(", ")}${blame(report, state)} | ${perfdata.join(" ")} duration=${report.duration_ms}ms`;
}

/** The first cell that made the state what it is; `|` would start the performance data. */
function blame(report: Report, state: CheckState): string {
  if (state === "UNKNOWN")
    return "; so many fell silent at once that the watcher, disk or host is suspect";
  const worst = state === "OK" ? undefined : report.cells.find((cell) => checkCell(cell) === state);
  if (worst === undefined) return "";
  const why =
    worst.problems[0]?.text ??
    (worst.mission_status === "failed" ? "the mission failed" : `state ${worst.state}`);
  return `; ${worst.mission_id}: ${why.replaceAll("|", "/")}`;
}

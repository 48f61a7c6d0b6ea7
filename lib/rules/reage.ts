/**
 * Judging a cell again when nothing but the time has changed.
 *
 * @module
 */
import type { ReportCell } from "../schemas/report.ts";
import type { Policy } from "../schemas/settings.ts";
import { parseTimestamp } from "../schemas/time.ts";
import { freshnessOf } from "./classify.ts";

/**
 * The cell as of `now`, when the time alone changes no more than its age; undefined when the
 * cell must be looked at anew, because its verdict would be another.
 */
export function reaged(cell: ReportCell, policy: Policy, now: Date): ReportCell | undefined {
  const beat = parseTimestamp(cell.last_heartbeat ?? "");
  if (beat === undefined) return cell;
  const age = (now.getTime() - beat) / 1000;
  const same = { ...cell, age_seconds: age };
  if (cell.limit_seconds === null) return same;
  return freshnessOf(age, cell.limit_seconds, policy) === judged(cell) ? same : undefined;
}

function judged({ problems }: ReportCell): "fresh" | "old" | "ahead" {
  if (problems.length === 0) return "fresh";
  return problems[0]?.code === "heartbeat-ahead" ? "ahead" : "old";
}

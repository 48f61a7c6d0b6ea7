/**
 * The kind of evidence for a dead mission, which decides how long to wait before an attempt.
 *
 * @module
 */
import { isTerminal } from "../../../contract/mission.ts";
import type { ProblemCode, ReportCell } from "../../../contract/report.ts";
import type { Evidence } from "../../../contract/report.ts";

/**
 * `end`: the process is gone, or its exit is recorded. `silence`: no beats came, which proves
 * nothing by itself. `ahead`: a silence whose length is unknown, because the last beat lies in the
 * future. `standstill`: beats still come, and say that the agent is stuck.
 */
export type Ground = "end" | "silence" | "ahead" | "standstill";

const GROUNDS: Partial<Record<ProblemCode, Ground>> = {
  crashed: "end",
  "process-gone": "end",
  "heartbeat-ahead": "ahead",
  stuck: "standstill",
};

/** A cell, and what the witnesses reported about its agent. */
export interface JudgedCell {
  readonly cell: Pick<ReportCell, "problems">;
  readonly evidence: Evidence;
}

/** The ground of the first problem of a cell. */
export function groundOf({ cell, evidence }: JudgedCell): Ground {
  const code = cell.problems[0]?.code;
  if (code === undefined) return "silence";
  // An agent that only reports that it is exiting may take its time.
  if (code === "exited") return isEndSeen(evidence) ? "end" : "silence";
  return GROUNDS[code] ?? "silence";
}

const isEndSeen = ({ exit, process }: Evidence): boolean => exit !== null || process === "gone";

/** True if a mission is paused or has ended, or if its status cannot be read: no beat is expected. */
export const isPausedOrEnded = ({
  mission_status: status,
}: Pick<ReportCell, "mission_status">): boolean =>
  status === null || status === "paused" || isTerminal(status);

/** Rounds that must find the same end before an attempt; a silence must last longer. */
export const ROUNDS_FOR_END = 2;

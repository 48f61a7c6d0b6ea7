/**
 * The result of a pass for one issue.
 *
 * @module
 */
import type { Decision } from "../form/acceptance.ts";
import type { ListedIssue } from "../form/gitea.ts";

/** What a pass did about one issue; `made` means created, and the `would-` outcomes are of a dry run. */
export interface Result {
  readonly issue: number;
  readonly outcome:
    | "made"
    | "refused"
    | "waiting"
    | "ended"
    | "nothing"
    | "failed"
    | "would-make"
    | "would-refuse"
    | "would-end";
  readonly mission_id: string | null;
  readonly reasons: readonly string[];
}

/** For an issue whose cell exists, with the comment and the label. */
export const createdResult = ({ number }: ListedIssue, id: string): Result => ({
  issue: number,
  outcome: "made",
  mission_id: id,
  reasons: [],
});

/** For an issue without a mission. */
export const issueResult = (
  { number }: ListedIssue,
  outcome: Result["outcome"],
  ...reasons: string[]
): Result => ({ issue: number, outcome, mission_id: null, reasons });

/** The result of a decision in a dry run. */
export function previewResult(issue: ListedIssue, decision: Decision): Result {
  if (decision.action === "none") return issueResult(issue, "nothing", decision.why);
  if (decision.action === "unlabel") return issueResult(issue, "would-refuse");
  if (decision.action === "refuse") return issueResult(issue, "would-refuse", ...decision.reasons);
  return { ...createdResult(issue, decision.id), outcome: "would-make" };
}

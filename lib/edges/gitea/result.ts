/**
 * What became of an issue in a pass.
 *
 * @module
 */
import type { Decision } from "../../rules/acceptance.ts";
import type { ListedIssue } from "../../schemas/gitea.ts";

/** The `would-` forms are those of a dry run. */
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

/** The cell of an issue is there, and the issue says so. */
export const madeOf = ({ number }: ListedIssue, id: string): Result => ({
  issue: number,
  outcome: "made",
  mission_id: id,
  reasons: [],
});

/** What became of an issue that made no mission. */
export const resultOf = (
  { number }: ListedIssue,
  outcome: Result["outcome"],
  ...reasons: string[]
): Result => ({ issue: number, outcome, mission_id: null, reasons });

/** What a dry run shows of a decision. */
export function foresee(issue: ListedIssue, decision: Decision): Result {
  if (decision.step === "nothing") return resultOf(issue, "nothing", decision.why);
  if (decision.step === "unlabel") return resultOf(issue, "would-refuse");
  if (decision.step === "refuse") return resultOf(issue, "would-refuse", ...decision.reasons);
  return { ...madeOf(issue, decision.id), outcome: "would-make" };
}

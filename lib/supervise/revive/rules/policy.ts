/**
 * Chooses the operator's policy for a cell, and its command.
 *
 * @module
 */
import type { ReportCell } from "../../../contract/report.ts";
import type { RevivePolicy } from "../../../contract/revive-policy.ts";
import type { Evidence } from "../../../contract/report.ts";
import { isFinal } from "../../../verdict/final.ts";

/** What a policy matches. */
export interface DeadCell {
  readonly cell: Pick<ReportCell, "problems" | "labels" | "state" | "progress" | "activity">;
  readonly evidence: Pick<Evidence, "exit">;
}

/** The first policy that matches a cell; undefined if the cell is not to be revived. */
export const policyFor = (
  dead: DeadCell,
  policies: readonly RevivePolicy[],
): RevivePolicy | undefined => policies.find((policy) => matches(dead, policy));

/** A cell with a problem that the policy does not name has another fault as well: no match. */
function matches(dead: DeadCell, { match }: RevivePolicy): boolean {
  const { problems, labels, state } = dead.cell;
  return (
    problems.length > 0 &&
    problems.every(({ code }) => matchesCode(code, dead, match)) &&
    (match.states === undefined || (state !== null && match.states.includes(state))) &&
    Object.entries(match.labels).every(
      ([name, value]) => Object.hasOwn(labels, name) && labels[name] === value,
    )
  );
}

function matchesCode(
  code: string,
  { cell, evidence }: DeadCell,
  match: RevivePolicy["match"],
): boolean {
  const codes: readonly string[] = match.codes;
  if (code === "crashed") return codes.includes("crashed") || codes.includes("exited");
  // A recorded end that is not a crash is an exit with 0, or by an operator's signal; or the agent was done.
  const isGood = evidence.exit !== null || isFinal(cell);
  if (code === "exited" && isGood && match.exit === "failure") return false;
  return codes.includes(code);
}

/** The command for one mission. Its id is a UUID, so no character in it needs escaping. */
export const commandFor = ({ command }: RevivePolicy, id: string): string[] =>
  command.map((argument) => argument.replaceAll("{mission_id}", id));

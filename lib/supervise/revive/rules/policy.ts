/**
 * Chooses the operator's policy for a cell, and its command.
 *
 * @module
 */
import { FINAL_STATES } from "../../../contract/heartbeat.ts";
import type { ReportCell } from "../../../contract/report.ts";
import type { RevivePolicy } from "../../../contract/revive-policy.ts";
import type { Evidence } from "../../../contract/report.ts";

/** What a policy matches. */
export interface DeadCell {
  readonly cell: Pick<ReportCell, "problems" | "labels" | "state">;
  readonly evidence: Pick<Evidence, "exit">;
}

/** The first policy that matches a cell; undefined if the cell is not to be revived. */
export const policyFor = (
  dead: DeadCell,
  policies: readonly RevivePolicy[],
): RevivePolicy | undefined => policies.find((policy) => matches(dead, policy));

/** A cell with a problem that the policy does not name has another fault as well: no match. */
function matches({ cell: { problems, labels, state }, evidence }: DeadCell, policy: RevivePolicy) {
  const { match } = policy;
  return (
    problems.length > 0 &&
    problems.every(({ code }) => matchesCode(code, { exit: evidence.exit, state }, match)) &&
    (match.states === undefined || (state !== null && match.states.includes(state))) &&
    Object.entries(match.labels).every(
      ([name, value]) => Object.hasOwn(labels, name) && labels[name] === value,
    )
  );
}

function matchesCode(
  code: string,
  { exit, state }: DeadCell["evidence"] & Pick<ReportCell, "state">,
  match: RevivePolicy["match"],
): boolean {
  const codes: readonly string[] = match.codes;
  if (code === "crashed") return codes.includes("crashed") || codes.includes("exited");
  // A recorded end that is not a crash is an exit with 0, or by an operator's signal; or the agent was done.
  const isGood = exit !== null || FINAL_STATES.has(state ?? "");
  if (code === "exited" && isGood && match.exit === "failure") return false;
  return codes.includes(code);
}

/** The command for one mission. Its id is a UUID, so no character in it needs escaping. */
export const commandFor = ({ command }: RevivePolicy, id: string): string[] =>
  command.map((argument) => argument.replaceAll("{mission_id}", id));

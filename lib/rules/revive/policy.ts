/**
 * Which of the operator's policies is for a cell, and the command that it names.
 *
 * @module
 */
import type { ReportCell } from "../../schemas/report.ts";
import type { RevivePolicy } from "../../schemas/revive.ts";

/** The first policy that matches a cell; undefined where nothing is to be done for it. */
export const policyFor = (
  cell: ReportCell,
  policies: readonly RevivePolicy[],
): RevivePolicy | undefined => policies.find((policy) => matches(cell, policy));

/** A cell with a problem that a policy does not name is left alone: something else is wrong too. */
function matches({ problems, labels }: ReportCell, { match }: RevivePolicy): boolean {
  const codes: readonly string[] = match.codes;
  return (
    problems.length > 0 &&
    problems.every(({ code }) => codes.includes(code)) &&
    Object.entries(match.labels).every(
      ([name, value]) => Object.hasOwn(labels, name) && labels[name] === value,
    )
  );
}

/** The command for one mission. Its id is a UUID, so nothing in it can mean anything else. */
export const commandFor = ({ command }: RevivePolicy, id: string): string[] =>
  command.map((word) => word.replaceAll("{mission_id}", id));

/**
 * Counts the rounds in a row that found the same problem in a cell, so that a single observation
 * does not start a command.
 *
 * @module
 */
import type { ObservedCell } from "../../view/observed-cell.ts";
import { groundOf } from "./rules/ground.ts";

export interface AgreementCounter {
  /** Counts a round. */
  update(cells: ReadonlyMap<string, ObservedCell>): void;
  /** The number of rounds in a row that found the current problem of a cell. */
  rounds(id: string): number;
  /** Resets all counts: rounds were impossible for a time. */
  interrupt(): void;
}

export function countAgreement(): AgreementCounter {
  let counts = new Map<string, { subject: string; rounds: number }>();

  function counted([id, observed]: readonly [string, ObservedCell]) {
    const subject = subjectOf(observed);
    const before = counts.get(id);
    const rounds = before?.subject === subject ? before.rounds + 1 : 1;
    return [id, { subject, rounds }] as const;
  }

  return {
    update(cells) {
      const withProblem = [...cells].filter(([, { cell }]) => cell.problems.length > 0);
      counts = new Map(withProblem.map(counted));
    },
    rounds: (id) => counts.get(id)?.rounds ?? 0,
    interrupt: () => counts.clear(),
  };
}

/** The problem and the beat that it is about; while an agent is stuck, it may go on beating. */
function subjectOf(observed: ObservedCell): string {
  const { cell, digest } = observed;
  const code = cell.problems[0]?.code;
  return groundOf(observed) === "standstill" ? `${code}` : `${code} ${digest}`;
}

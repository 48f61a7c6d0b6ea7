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

/** How often a problem was found in a row, and where it was found last. */
interface Count {
  readonly observed: ObservedCell;
  readonly subject: string;
  rounds: number;
}

export function countAgreement(): AgreementCounter {
  const counts = new Map<string, Count>();

  function count(id: string, observed: ObservedCell): void {
    const before = counts.get(id);
    // What an earlier round observed stays the same object while it is unchanged.
    if (before?.observed === observed) return void (before.rounds += 1);
    const subject = subjectOf(observed);
    const rounds = before?.subject === subject ? before.rounds + 1 : 1;
    counts.set(id, { observed, subject, rounds });
  }

  return {
    update(cells) {
      for (const id of counts.keys()) if (!hasProblem(cells.get(id))) counts.delete(id);
      for (const [id, observed] of cells) if (hasProblem(observed)) count(id, observed);
    },
    rounds: (id) => counts.get(id)?.rounds ?? 0,
    interrupt: () => counts.clear(),
  };
}

const hasProblem = (observed: ObservedCell | undefined): boolean =>
  observed !== undefined && observed.cell.problems.length > 0;

/** The problem and the beat that it is about; while an agent is stuck, it may go on beating. */
function subjectOf(observed: ObservedCell): string {
  const { cell, digest } = observed;
  const code = cell.problems[0]?.code;
  return groundOf(observed) === "standstill" ? `${code}` : `${code} ${digest}`;
}

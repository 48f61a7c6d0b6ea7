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
  readonly rounds: number;
}

export function countAgreement(): AgreementCounter {
  let counts = new Map<string, Count>();

  function counted(observed: ObservedCell): Count {
    const before = counts.get(observed.cell.mission_id);
    // What an earlier round observed stays the same object while it is unchanged.
    const subject = before?.observed === observed ? before.subject : subjectOf(observed);
    const rounds = before?.subject === subject ? before.rounds + 1 : 1;
    return { observed, subject, rounds };
  }

  return {
    update(cells) {
      const next = new Map<string, Count>();
      for (const [id, observed] of cells)
        if (observed.cell.problems.length > 0) next.set(id, counted(observed));
      counts = next;
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

/**
 * What goes wrong on the way of a daemon: told once, and it goes on.
 *
 * @module
 */
import { printable } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { tell } from "../host/stdout.ts";

export interface Troubles {
  /**
   * Does `work`; gives undefined where it failed. What an operator can mend is told when it
   * begins, when it becomes another, and when it is over; a bug is thrown on.
   */
  past<T>(doing: string, work: () => T): T | undefined;
  /** Tells of a failure that came by itself. */
  met(doing: string, error: unknown): void;
}

/** Starts without any; `name` is the program's. */
export function startTroubles(name: string): Troubles {
  const known = new Map<string, string>();

  function met(doing: string, error: unknown): void {
    if (!(error instanceof OperatorError)) throw error;
    if (known.get(doing) === error.message) return;
    known.set(doing, error.message);
    tell(`${name}: error: ${printable(error.message)}\n${name}: hint: ${printable(error.hint)}\n`);
  }

  return {
    met,
    past(doing, work) {
      try {
        const done = work();
        if (known.delete(doing)) tell(`${name}: ${doing} works again\n`);
        return done;
      } catch (error) {
        met(doing, error);
        return undefined;
      }
    },
  };
}

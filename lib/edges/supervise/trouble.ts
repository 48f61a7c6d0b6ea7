/**
 * What goes wrong on the way of a daemon: told once, and it goes on. A bug ends it.
 *
 * @module
 */
import { printable } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { tellBeside } from "../host/beside.ts";

export interface Troubles {
  /**
   * Does `work`; gives undefined where it failed. What an operator can mend is told when it
   * begins, when it becomes another, and when it is over; a bug is thrown on.
   */
  past<T>(doing: string, work: () => T): T | undefined;
  /** Tells of a failure that came by itself. A bug goes to `bugs`. */
  met(doing: string, error: unknown): void;
  /** What failed by itself works again. */
  over(doing: string): void;
  /** What has failed and does not work again yet; undefined where nothing has. */
  first(): OperatorError | undefined;
  /** Rejects with the first bug that came by itself; never resolves. */
  readonly bugs: Promise<never>;
}

/** Starts without any; `name` is the program's. */
export function startTroubles(name: string): Troubles {
  const known = new Map<string, OperatorError>();
  const bugs = Promise.withResolvers<never>();
  // Whoever waits for it gets it all the same.
  bugs.promise.catch(() => {});

  function tellOnce(doing: string, error: OperatorError): void {
    const { message, hint } = error;
    if (known.get(doing)?.message === message) return;
    known.set(doing, error);
    tellBeside(`${name}: error: ${printable(message)}\n${name}: hint: ${printable(hint)}\n`);
  }

  function over(doing: string): void {
    if (known.delete(doing)) tellBeside(`${name}: ${doing} works again\n`);
  }

  return {
    bugs: bugs.promise,
    over,
    first: () => known.values().next().value,
    met(doing, error) {
      if (error instanceof OperatorError) tellOnce(doing, error);
      else bugs.reject(error);
    },
    past(doing, work) {
      try {
        const done = work();
        over(doing);
        return done;
      } catch (error) {
        if (!(error instanceof OperatorError)) throw error;
        tellOnce(doing, error);
        return undefined;
      }
    },
  };
}

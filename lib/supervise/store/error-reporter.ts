/**
 * Reports each operational error of a daemon once, and again when it clears; a bug stops the
 * daemon.
 *
 * @module
 */
import { printable } from "../../base/printable.ts";
import { OperatorError } from "../../base/errors.ts";
import { queueStderr } from "../../host/stdio/async-stderr.ts";

/** Errors are kept by `task`, a noun such as "the event log": it is printed as "…: works again". */
export interface ErrorReporter {
  /**
   * Runs `work` and returns its result, or undefined when it throws an OperatorError, which is
   * printed when it is new or its message changes. Any other error is a bug and is rethrown.
   */
  guard<T>(task: string, work: () => T): T | undefined;
  /**
   * Runs `work` for each item, also after one has failed. The first error is that of the task, so that a
   * cause that all share is printed once.
   */
  guardEach<T>(task: string, items: readonly T[], work: (item: T) => void): void;
  /** Like `guard`, for work without a result; returns whether it succeeded. */
  succeeds(task: string, work: () => void): boolean;
  /** Reports an error of work that `guard` did not run. A bug rejects `bugs`. */
  report(task: string, error: unknown): void;
  /** Clears the error of a task, and prints that it works again. */
  clear(task: string): void;
  /** The oldest error that has not cleared; undefined when there is none. */
  unresolved(): OperatorError | undefined;
  /** Rejects with the first bug given to `report`; never resolves. */
  readonly bugs: Promise<never>;
}

/** Creates a reporter without errors; `name` is the program's name in its messages. */
export function startErrorReporter(name: string): ErrorReporter {
  const unresolved = new Map<string, OperatorError>();
  const bugs = Promise.withResolvers<never>();
  // Prevents an unhandled rejection before anything awaits `bugs`, which still rejects.
  bugs.promise.catch(() => {});

  function print(task: string, error: OperatorError): void {
    const { message, hint } = error;
    if (unresolved.get(task)?.message === message) return;
    unresolved.set(task, error);
    queueStderr(`${name}: error: ${printable(message)}\n${name}: hint: ${printable(hint)}\n`);
  }

  function clear(task: string): void {
    if (unresolved.delete(task)) queueStderr(`${name}: ${task}: works again\n`);
  }

  function guard<T>(task: string, work: () => T): T | undefined {
    try {
      const result = work();
      clear(task);
      return result;
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      print(task, error);
      return undefined;
    }
  }
  return {
    guardEach(task, items, work) {
      if (items.length > 0) guard(task, () => workOnEach(items, work));
    },
    bugs: bugs.promise,
    clear,
    unresolved: () => unresolved.values().next().value,
    report(task, error) {
      if (error instanceof OperatorError) print(task, error);
      else bugs.reject(error);
    },
    guard,
    succeeds: (task, work) =>
      guard(task, () => {
        work();
        return true;
      }) === true,
  };
}

/** Calls `work` with each item; throws the first OperatorError at the end, and a bug at once. */
function workOnEach<T>(items: readonly T[], work: (item: T) => void): void {
  const errors: OperatorError[] = [];
  for (const item of items)
    try {
      work(item);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      errors.push(error);
    }
  const [first] = errors;
  if (first !== undefined) throw first;
}

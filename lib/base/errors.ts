/**
 * Exit codes, and the one error whose message is written for an operator.
 *
 * Anything else that reaches the top of a script is a bug, and is shown as one.
 *
 * @module
 */

/**
 * Exit codes by name, from sysexits(3). The name is also the `code` of an error printed
 * with `--json`. A supervisor may retry after `io_error` and `try_again`; the others
 * recur until someone changes something.
 */
export const EXIT = {
  ok: 0,
  usage: 64,
  data_error: 65,
  no_input: 66,
  unavailable: 69,
  bug: 70,
  cannot_create: 73,
  io_error: 74,
  try_again: 75,
  no_permission: 77,
  config: 78,
} as const;

/** Why a program could not do what it was asked. */
export type Fault = Exclude<keyof typeof EXIT, "ok" | "bug">;

/**
 * A failure that an operator can act on.
 *
 * The message says what was being done, to what, and what happened; the hint says what to
 * do next.
 */
export class OperatorError extends Error {
  override readonly name = "OperatorError";

  constructor(
    readonly fault: Fault,
    message: string,
    readonly hint: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

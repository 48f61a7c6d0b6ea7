/**
 * Errors of the command line.
 *
 * @module
 */
import { OperatorError } from "../base/errors.ts";

/** The hint of an error that has none of its own; `better-hint.ts` replaces it. */
export const HELP_HINT = "see --help for its flags and arguments";

/** The error for a wrong command line. */
export const usageError = (message: string, hint = HELP_HINT): OperatorError =>
  new OperatorError("usage", message, hint);

/** The error for a wrong argument, or a wrong combination: `Cannot use ${what}`. */
export const cannotUse = (what: string, hint?: string): OperatorError =>
  usageError(`Cannot use ${what}`, hint);

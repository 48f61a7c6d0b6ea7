/**
 * Runs a check of which an error is a diagnosis.
 *
 * @module
 */
import { OperatorError } from "../base/errors.ts";
import { systemFailure } from "../host/errno.ts";
import { type Diagnosis, failedCheck } from "./rules/diagnosis.ts";

/** The result of `work`, or the problem that it throws. `doing` starts the text of a system error. */
export function guarded(check: string, doing: string, work: () => Diagnosis): Diagnosis {
  try {
    return work();
  } catch (error) {
    const { message, hint } =
      error instanceof OperatorError ? error : systemFailure(error, doing, "io_error");
    return failedCheck(check, message, hint);
  }
}

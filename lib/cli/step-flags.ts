/**
 * The flags of a command whose steps take different ones, such as the orders of supervise.
 *
 * @module
 */
import { MAX_REASON_LENGTH } from "../contract/requested-order.ts";
import { cannotUse } from "./usage-error.ts";

/** What a flag that is missing looks like. */
const EXAMPLES: Readonly<Record<string, string>> = {
  for: "--for 20m",
  reason: '--reason "it deletes its own work"',
};

/** The flags that a step takes, by their names without dashes. */
export interface StepFlags {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/**
 * Checks the flags that were given with a step.
 *
 * @throws {OperatorError} of kind `usage` if one is not allowed with it, or a required one is missing.
 */
export function checkStepFlags(
  step: string,
  { required, optional }: StepFlags,
  given: readonly string[],
): void {
  const wrong = given.find((flag) => !required.includes(flag) && !optional.includes(flag));
  if (wrong !== undefined) throw cannotUse(`--${wrong} with ${step}`, "see --help for its flags");
  const missing = required.find((flag) => !given.includes(flag));
  if (missing !== undefined)
    throw cannotUse(
      `${step} without --${missing}`,
      `add it, such as: ${EXAMPLES[missing] ?? `--${missing}`}`,
    );
}

/** Parses `--reason`. Throws `OperatorError` of kind `usage` if it is too long. */
export function readReason(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= MAX_REASON_LENGTH) return text;
  throw cannotUse(
    `a --reason of ${text.length} characters`,
    `at most ${MAX_REASON_LENGTH} are allowed`,
  );
}

/**
 * The arguments of the mission command: a mission and a step, in either order, and both optional.
 *
 * @module
 */
import { quoted } from "../../base/printable.ts";
import { suggestion } from "../../cli/did-you-mean.ts";
import { cannotUse } from "../../cli/usage-error.ts";
import { MISSION_STEPS, type MissionStep } from "../rules/transition.ts";

/** The only step that does not change the status. */
export const ACKNOWLEDGE = "acknowledge";
export type RequestedStep = MissionStep | typeof ACKNOWLEDGE;
/** Every step that a command line can name. */
export const REQUESTED_STEPS: readonly string[] = [...MISSION_STEPS, ACKNOWLEDGE];

const isStep = (text: string | undefined): text is RequestedStep =>
  text !== undefined && REQUESTED_STEPS.includes(text);

/**
 * What the arguments name.
 *
 * @throws {OperatorError} of kind `usage` when there are two, and neither is a step.
 */
export function readMissionWords([first, second]: readonly string[]): {
  readonly mission: string | undefined;
  readonly step: RequestedStep | undefined;
} {
  if (isStep(first)) return { mission: second, step: first };
  if (second === undefined || isStep(second)) return { mission: first, step: second };
  // The step comes first or second, and so does its typing error.
  const wrong = [second, first ?? ""].find((word) => suggestion(word, REQUESTED_STEPS));
  throw cannotUse(
    `${quoted(wrong ?? second)} as a step`,
    suggestion(wrong ?? second, REQUESTED_STEPS) ?? `the steps are: ${REQUESTED_STEPS.join(", ")}`,
  );
}

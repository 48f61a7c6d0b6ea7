/**
 * Parses the words and flags of `lazarus-pit fleet`.
 *
 * @module
 */
import { quoted } from "../../base/printable.ts";
import { type Flags, textFlag } from "../../cli/flag-values.ts";
import { withGuess } from "../../cli/did-you-mean.ts";
import { readFlag } from "../../cli/flags.ts";
import { checkStepFlags, readReason } from "../../cli/step-flags.ts";
import { cannotUse } from "../../cli/usage-error.ts";
import { readLength } from "../../cli/value-flags.ts";
import { FleetHostName } from "../../contract/fleet-settings.ts";

/** What each step is for, and its required and optional flags. */
const STEPS = {
  hosts: { about: "fleet", required: [], optional: ["json"] },
  hold: { about: "fleet", required: ["reason"], optional: ["host", "for"] },
  resume: { about: "fleet", required: [], optional: ["host"] },
  snooze: { about: "mission", required: ["for"], optional: ["reason"] },
  quarantine: { about: "mission", required: ["reason"], optional: [] },
  release: { about: "mission", required: [], optional: [] },
  forget: { about: "host", required: [], optional: ["off"] },
  check: { about: "fleet", required: [], optional: [] },
} as const;
export type FleetStep = keyof typeof STEPS;
export const FLEET_STEPS = Object.keys(STEPS) as FleetStep[];

const STEP_FLAGS = ["host", "reason", "for", "off", "json"] as const;
export type FleetStepFlag = (typeof STEP_FLAGS)[number];

export interface FleetOrder {
  readonly step: FleetStep;
  /** What names the mission of a snooze, quarantine or release; undefined for other steps. */
  readonly mission: string | undefined;
  /** The host of a hold, resume or forget; undefined for the whole fleet. */
  readonly host: string | undefined;
  readonly reason: string | undefined;
  /** The length of a snooze or a hold; 0 for a hold that does not end. */
  readonly seconds: number;
  readonly isOff: boolean;
  readonly isJson: boolean;
}

/**
 * Parses a step; without one it is `hosts`.
 *
 * @throws {OperatorError} of kind `usage` if the step is unknown, an argument or flag is missing, or one
 * is not allowed with it.
 */
export function readFleetOrder(
  [word = "hosts", name, extra]: readonly string[],
  flags: Flags<FleetStepFlag>,
): FleetOrder {
  const step = readStep(word);
  checkWords(step, name, extra);
  const given = STEP_FLAGS.filter((flag) => flags[flag] !== undefined);
  checkStepFlags(step, STEPS[step], given);
  const { about } = STEPS[step];
  const host = about === "host" ? name : textFlag(flags, "host");
  return {
    step,
    mission: about === "mission" ? name : undefined,
    host: host === undefined ? undefined : readFlag("host", FleetHostName, host),
    reason: readReason(textFlag(flags, "reason")),
    seconds: readLength(textFlag(flags, "for")),
    isOff: flags["off"] === true,
    isJson: flags["json"] === true,
  };
}

function readStep(word: string): FleetStep {
  if (Object.hasOwn(STEPS, word)) return word as FleetStep;
  const hint = `the steps are: ${FLEET_STEPS.join(", ")}`;
  throw cannotUse(`${quoted(word)} as a step`, withGuess(hint, word, FLEET_STEPS));
}

function checkWords(step: FleetStep, name: string | undefined, extra: string | undefined): void {
  const { about } = STEPS[step];
  if (about !== "fleet" && name === undefined)
    throw cannotUse(
      `${step} without a ${about}`,
      `type: lazarus-pit fleet ${step} ${about === "host" ? "HOST" : "UUID"}`,
    );
  const stray = extra ?? (about === "fleet" ? name : undefined);
  if (stray !== undefined) throw cannotUse(`the argument ${quoted(stray)} with ${step}`);
}

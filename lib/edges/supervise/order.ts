/**
 * Reading the call of a verb: `supervise snooze <uuid> --for 20m`.
 *
 * @module
 */
import { quoted } from "../../rules/printable.ts";
import { readDuration } from "../command/amounts.ts";
import { type Args, refusal, textFlag } from "../command/flags.ts";
import { readMissionId } from "../cell/here.ts";

/** What a verb needs: a mission, and flags that must or may be given. */
const VERBS = {
  hold: { mission: false, must: [], may: ["reason"] },
  resume: { mission: false, must: [], may: [] },
  snooze: { mission: true, must: ["for"], may: ["reason"] },
  quarantine: { mission: true, must: ["reason"], may: [] },
  release: { mission: true, must: [], may: [] },
  history: { mission: true, must: [], may: ["json"] },
} as const;
export type Verb = keyof typeof VERBS;

/** The flags that belong to verbs. */
const OF_VERBS = ["for", "reason", "json"];
/** The flags that go with every verb. */
const COMMON = ["root", "state-dir", "config"];
/** Orders with a much longer reason could not be read back. */
const LONGEST_REASON = 1000;

export interface Order {
  readonly verb: Verb;
  readonly id: string | undefined;
  readonly reason: string | undefined;
  /** How long a snooze is. */
  readonly seconds: number;
  readonly isJson: boolean;
}

/**
 * Reads a verb's call.
 *
 * @throws {OperatorError} of kind `usage` when it is none, or lacks or has what it should not.
 */
export function readOrder([word = "", mission, extra]: readonly string[], flags: Args): Order {
  if (!Object.hasOwn(VERBS, word))
    throw refusal(`${quoted(word)} as a verb`, `the verbs are: ${Object.keys(VERBS).join(", ")}`);
  const verb = word as Verb;
  const wants = VERBS[verb];
  if (wants.mission && mission === undefined)
    throw refusal(`${verb} without a mission`, `name it: supervise ${verb} <uuid>`);
  const stray = extra ?? (wants.mission ? undefined : mission);
  if (stray !== undefined) throw refusal(`the argument ${quoted(stray)} with ${verb}`);
  const allowed: readonly string[] = [...wants.must, ...wants.may, ...COMMON];
  const wrong = Object.keys(flags).find((flag) => !allowed.includes(flag));
  if (wrong !== undefined) throw refusal(`--${wrong} with ${verb}`, "see --help for what it takes");
  const missing = wants.must.find((flag) => flags[flag] === undefined);
  if (missing !== undefined) throw refusal(`${verb} without --${missing}`, "give it");
  return {
    verb,
    id: mission === undefined ? undefined : readMissionId(mission),
    reason: readReason(textFlag(flags, "reason")),
    seconds: readDuration("for", textFlag(flags, "for") ?? "0"),
    isJson: flags["json"] === true,
  };
}

function readReason(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= LONGEST_REASON) return text;
  throw refusal(`a --reason of ${text.length} characters`, `${LONGEST_REASON} are the most`);
}

/** The flags that no daemon takes. */
export function refuseVerbFlags(flags: Args): void {
  const stray = OF_VERBS.find((flag) => flag !== "json" && flags[flag] !== undefined);
  if (stray !== undefined) throw refusal(`--${stray} without a verb`, "see --help for the verbs");
}

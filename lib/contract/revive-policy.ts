/**
 * Settings of supervise: the commands to run for a dead mission.
 *
 * None of it can come from a cell: agents are not trusted.
 *
 * @module
 */
import * as v from "valibot";
import { Argv } from "../base/argv.ts";
import { State } from "./heartbeat.ts";
import { LABEL_LIMIT, Labels } from "./mission.ts";
import { numberUpTo, wholeNumberFrom } from "../base/number.ts";

/** The problems that a policy may act on: those that show a death or a standstill. */
const RevivableCode = v.picklist([
  "heartbeat-old",
  "never-beat",
  "heartbeat-ahead",
  "exited",
  "crashed",
  "process-gone",
  "stuck",
]);
export type RevivableCode = v.InferOutput<typeof RevivableCode>;

/** The codes that a policy matches by default: silence, and deaths that were seen. */
const DEFAULT_CODES: RevivableCode[] = ["heartbeat-old", "process-gone", "crashed"];

const STATES = "Expected a list of at least one state, such as working";

/**
 * The number of latest attempts that are kept for each cell. The same number of attempts is also
 * kept from the first one after its last beat.
 */
export const ATTEMPTS_LIMIT = 50;

const TIME = "Expected whole seconds, 1 to 86400";
/** At least a second, and far below the 24 days beyond which a timer fires at once. */
export const Time = wholeNumberFrom(1, 86_400, TIME);

const ATTEMPT_COUNT = `Expected a whole number, 1 to ${ATTEMPTS_LIMIT}`;
/** At most the number of attempts that are kept: with more, the breaker would never open. */
const AttemptCount = wholeNumberFrom(1, ATTEMPTS_LIMIT, ATTEMPT_COUNT);

const BUDGET = "Expected a whole number, 1 to 1000";
const Budget = wholeNumberFrom(1, 1000, BUDGET);

/** Labels to match. Longer ones would match no cell, because a report cuts labels. */
export const MatchedLabels = v.custom<Record<string, string>>(
  (labels) =>
    v.is(Labels, labels) &&
    Object.entries(labels)
      .flat()
      .every((text) => text.length <= LABEL_LIMIT),
  `Expected labels of at most ${LABEL_LIMIT} characters`,
);

/** Which cells to revive, how, and how often. The first policy that matches a cell applies. */
export const RevivePolicy = v.strictObject({
  match: v.optional(
    v.strictObject({
      /** The cell has all of these. */
      labels: v.optional(MatchedLabels, {}),
      /** Its problem is one of these; `exited` includes `crashed`. */
      codes: v.optional(v.array(RevivableCode), DEFAULT_CODES),
      /** Its last beat has one of these states; any state if absent. */
      states: v.optional(v.pipe(v.array(State, STATES), v.minLength(1, STATES))),
      /**
       * Which recorded ends of a command count: failures only, or all. One without a record, such
       * as an agent that reported `exiting` itself, always counts.
       */
      exit: v.optional(v.picklist(["failure", "any"], "Expected failure or any"), "failure"),
    }),
    {},
  ),
  /** `{mission_id}` in an argument is replaced by the mission's id. */
  command: Argv,
  /** The command first ends the old agent, if it still runs, as `systemctl restart` does. */
  stops_running: v.optional(v.boolean("Expected true or false"), false),
  /** A command that takes longer is killed. */
  timeout_seconds: v.optional(Time, 60),
  /** This many attempts within `interval_seconds` open the circuit breaker. */
  attempts: v.optional(AttemptCount, 3),
  /** The breaker's window, and how long it stays open before it allows one attempt. */
  interval_seconds: v.optional(Time, 3600),
  /** The delay after an attempt; it doubles with each further one, up to `max_delay_seconds`. */
  delay_seconds: v.optional(Time, 60),
  max_delay_seconds: v.optional(Time, 900),
  /** The largest random change of each delay, as a fraction of it. */
  jitter: v.optional(numberUpTo(1, "Expected a number, 0 to 1"), 0.1),
  /** A cell that was healthy for this long starts over without past attempts. */
  reset_after_seconds: v.optional(Time, 600),
  /** The most attempts of this policy in one round. */
  budget_per_round: v.optional(Budget, 3),
});
export type RevivePolicy = v.InferOutput<typeof RevivePolicy>;

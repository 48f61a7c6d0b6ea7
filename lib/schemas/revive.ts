/**
 * What an operator configures for supervise: whom to tell, and what to run for a dead mission.
 *
 * None of it can come from a cell: agents are not trusted.
 *
 * @module
 */
import * as v from "valibot";
import { Argv } from "./argv.ts";
import { Labels } from "./mission.ts";
import { Count, numberUpTo, WholeSeconds } from "./number.ts";
import { LABEL_LIMIT } from "./report.ts";

/** The problems that may be answered with an action: those that say that an agent fell silent. */
const REVIVABLE = ["heartbeat-old", "never-beat", "exited"] as const;

/** How many attempts of one cell are kept; of those on its last beat so many of the first and of the last. */
export const KEPT_ATTEMPTS = 50;

const TIME = "Expected whole seconds, 1 to 86400";
/** Below a second would be no time at all, and a timer of more than 24 days does not wait. */
const Time = v.pipe(WholeSeconds, v.minValue(1, TIME), v.maxValue(86_400, TIME));

const FEW = `Expected a whole number, 1 to ${KEPT_ATTEMPTS}`;
/** More attempts than are kept could never open the breaker. */
const Few = v.pipe(Count, v.minValue(1, FEW), v.maxValue(KEPT_ATTEMPTS, FEW));

const MANY = "Expected a whole number, 1 to 1000";
const Many = v.pipe(Count, v.minValue(1, MANY), v.maxValue(1000, MANY));

/** The program that is told of events. */
export const Notify = v.strictObject({
  /** It gets the message as JSON on its stdin. */
  command: Argv,
  timeout_seconds: v.optional(Time, 30),
});
export type Notify = v.InferOutput<typeof Notify>;

/** A longer one would match no cell, for what is compared with it comes from a report. */
export const MatchedLabels = v.custom<Record<string, string>>(
  (labels) =>
    v.is(Labels, labels) &&
    Object.entries(labels)
      .flat()
      .every((text) => text.length <= LABEL_LIMIT),
  `Expected labels, as texts of ${LABEL_LIMIT} characters at most`,
);

/** Which cells to bring back, how, and how often at most. The first policy that matches a cell counts. */
export const RevivePolicy = v.strictObject({
  match: v.optional(
    v.strictObject({
      /** The cell has all of these. */
      labels: v.optional(MatchedLabels, {}),
      /** Its problem is one of these. */
      codes: v.optional(v.array(v.picklist(REVIVABLE)), ["heartbeat-old"]),
    }),
    {},
  ),
  /** `{mission_id}` in it stands for the mission's id. */
  command: Argv,
  /** A command that takes longer is ended. */
  timeout_seconds: v.optional(Time, 60),
  /** So many attempts within `interval_seconds` open the breaker. */
  attempts: v.optional(Few, 3),
  /** The breaker's window, and how long it stays open before one attempt is let through. */
  interval_seconds: v.optional(Time, 3600),
  /** The wait after an attempt; it doubles with each further one, up to `max_delay_seconds`. */
  delay_seconds: v.optional(Time, 60),
  max_delay_seconds: v.optional(Time, 900),
  /** How much longer or shorter each wait may be, as a part of it. */
  jitter: v.optional(numberUpTo(1, "Expected a number, 0 to 1"), 0.1),
  /** A cell that was healthy for so long starts anew. */
  reset_after_seconds: v.optional(Time, 600),
  /** The most attempts of this policy in one round. */
  budget_per_round: v.optional(Many, 3),
});
export type RevivePolicy = v.InferOutput<typeof RevivePolicy>;

/**
 * A mission proposal: what a person asks for in an issue tracker.
 *
 * Whoever can file an issue can write one, so each part has a bound, and together they fit
 * into a mission.json.
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "./id.ts";
import { Labels } from "./mission.ts";
import { numberUpTo } from "./number.ts";

export const RISKS = ["low", "medium", "high"] as const;

/** Text that is shown as it is within a fence: a line of it that closed the fence would not be. */
const textUpTo = (limit: number) =>
  v.pipe(
    v.string(),
    v.nonEmpty("Expected a text: it is empty"),
    v.maxLength(limit, `Expected at most ${limit} characters`),
    v.check((text) => !/^ {1,3}`{3}/m.test(text), "Expected no indented ``` in it"),
    v.check((text) => text.trim() === text, "Expected no white space around it"),
  );

const Line = v.pipe(textUpTo(200), v.regex(/^[^\n\t]*$/, "Expected one line, without tabs"));
const Text = textUpTo(6000);

/** Its labels: few, with short names and one line each. */
const ProposedLabels = v.pipe(
  Labels,
  v.check((labels) => Object.keys(labels).length <= 20, "Expected at most 20 labels"),
  v.check(
    (labels) =>
      Object.keys(labels).every((name) => /^[A-Za-z0-9][A-Za-z0-9._/-]{0,49}$/.test(name)),
    "Expected names of letters, digits, dots, dashes, slashes and underscores, 50 at most",
  ),
  v.check(
    (labels) =>
      Object.values(labels).every(
        (value) => /^[^\n\t`]{1,80}$/.test(value) && value.trim() === value,
      ),
    "Expected values of 1 to 80 characters, without tabs and `",
  ),
);

const BEAT = "Expected a time such as 90, 30s, 5m, 2h or 1d, from 1s to 7d";

/** Schema of a proposal. What it leaves out is not asked for. */
export const Proposal = v.strictObject({
  title: Line,
  objective: Text,
  acceptance_criteria: Text,
  owner: Line,
  repository: v.optional(v.pipe(v.string(), v.maxLength(500, "Expected at most 500 characters"))),
  ref: v.optional(v.string()),
  constraints: v.optional(Text),
  risk: v.picklist(RISKS, `Expected ${RISKS.join(", ")}`),
  heartbeat_interval_seconds: v.optional(
    v.pipe(numberUpTo(604_800, BEAT), v.integer(BEAT), v.minValue(1, BEAT)),
  ),
  labels: v.optional(ProposedLabels),
  mission_id: v.optional(MissionId),
});
export type Proposal = v.InferOutput<typeof Proposal>;

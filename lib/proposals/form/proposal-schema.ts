/**
 * The schema of a mission proposal in an issue tracker.
 *
 * Anyone who can file an issue can write one, so each field has a limit, and all of them
 * together fit into a mission.json.
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "../../base/id.ts";
import { Labels } from "../../contract/mission.ts";
import { numberUpTo } from "../../base/number.ts";
import { isLabelName, isLabelValue } from "./label-lines.ts";

export const RISKS = ["low", "medium", "high"] as const;

const textUpTo = (limit: number) =>
  v.pipe(
    v.string(),
    v.nonEmpty("Expected text: it is empty"),
    v.maxLength(limit, `Expected at most ${limit} characters`),
    v.check((text) => text.trim() === text, "Expected no white space around it"),
  );

const Line = v.pipe(textUpTo(200), v.regex(/^[^\n\t]*$/, "Expected one line, without tabs"));
const Text = textUpTo(6000);

/** Labels: few, with short names and values of one line. */
const ProposedLabels = v.pipe(
  Labels,
  v.check((labels) => Object.keys(labels).length <= 20, "Expected at most 20 labels"),
  v.check((labels) => Object.keys(labels).every(isLabelName), "Expected valid names"),
  v.check((labels) => Object.values(labels).every(isLabelValue), "Expected valid values"),
);

const EXPECTED_INTERVAL = "Expected a time such as 90, 30s, 5m, 2h or 1d, from 1s to 7d";

/** Schema of a proposal. Omitted fields are not requested. */
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
    v.pipe(
      numberUpTo(604_800, EXPECTED_INTERVAL),
      v.integer(EXPECTED_INTERVAL),
      v.minValue(1, EXPECTED_INTERVAL),
    ),
  ),
  labels: v.optional(ProposedLabels),
  mission_id: v.optional(MissionId),
  /** The mission that this one attempts again. */
  previous: v.optional(MissionId),
});
export type Proposal = v.InferOutput<typeof Proposal>;

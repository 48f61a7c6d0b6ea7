/**
 * `meta/mission.json`: who a mission is, and where it stands in its life.
 *
 *     initialized → active ⇄ paused → completed | failed | abandoned
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "./id.ts";
import { Timestamp } from "./time.ts";

export const MISSION_STATUSES = [
  "initialized",
  "active",
  "paused",
  "completed",
  "failed",
  "abandoned",
] as const;

export const MissionStatus = v.picklist(MISSION_STATUSES);
export type MissionStatus = v.InferOutput<typeof MissionStatus>;

/** A mission that has ended; nothing leads out of these. */
export const isTerminal = (status: MissionStatus): boolean =>
  status === "completed" || status === "failed" || status === "abandoned";

/** Labels by name. Not a record schema: that takes an array for one. */
export const Labels = v.custom<Record<string, string>>(isLabels, "Expected an object of texts");

function isLabels(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((label) => typeof label === "string");
}

/** Where a mission came from: any URL, such as the issue that proposed it. */
export const Source = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z][A-Za-z0-9+.-]*:[^\s\u0000-\u001f]+$/, "Expected a URL"),
);

/** Schema of `meta/mission.json`. Unknown keys are allowed, and kept when it is rewritten. */
export const Mission = v.looseObject({
  schema_version: v.optional(v.literal(1)),
  mission_id: MissionId,
  created_at: Timestamp,
  status: MissionStatus,
  updated_at: v.optional(Timestamp),
  title: v.optional(v.string()),
  objective: v.optional(v.string()),
  owner: v.optional(v.string()),
  labels: v.optional(Labels),
  source: v.optional(Source),
});
export type Mission = v.InferOutput<typeof Mission>;

/**
 * `meta/mission.json`: the identity and the status of a mission.
 *
 *     initialized → active ⇄ paused → completed | failed | abandoned
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "../base/id.ts";
import { Timestamp } from "../base/time.ts";

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

export const isMissionStatus = (value: unknown): boolean =>
  MISSION_STATUSES.some((status) => status === value);

/** True for a status without a transition out of it: the mission has ended. */
export const isTerminal = (status: MissionStatus): boolean =>
  status === "completed" || status === "failed" || status === "abandoned";

/** Labels by name. Not `v.record`, which accepts an array. */
export const Labels = v.custom<Record<string, string>>(isLabels, "Expected an object of strings");

/** The most characters of a label's name or value in a report; longer ones are cut. */
export const LABEL_LIMIT = 100;

/** True for an object of strings. */
export function isLabels(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((label) => typeof label === "string");
}

export const SOURCE_URL = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s\u0000-\u001f]+$/;

/** The origin of a mission: any URL, such as that of the issue that proposed it. */
export const Source = v.pipe(v.string(), v.regex(SOURCE_URL, "Expected a URL"));

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
  /** When a person acknowledged that the mission failed. */
  acknowledged_at: v.optional(Timestamp),
});
export type Mission = v.InferOutput<typeof Mission>;

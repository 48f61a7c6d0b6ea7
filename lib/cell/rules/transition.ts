/**
 * The lifecycle of a mission: the steps between its statuses.
 *
 *     initialized → active ⇄ paused → completed | failed | abandoned
 *
 * A mission that never became active can be abandoned, but neither completed nor failed.
 *
 * @module
 */
import type { MissionStatus } from "../../contract/mission.ts";

const STEPS = {
  activate: { from: ["initialized"], to: "active" },
  pause: { from: ["active"], to: "paused" },
  resume: { from: ["paused"], to: "active" },
  complete: { from: ["active", "paused"], to: "completed" },
  fail: { from: ["active", "paused"], to: "failed" },
  abandon: { from: ["initialized", "active", "paused"], to: "abandoned" },
} as const satisfies Record<string, { from: readonly MissionStatus[]; to: MissionStatus }>;

export type MissionStep = keyof typeof STEPS;
export const MISSION_STEPS = Object.keys(STEPS) as MissionStep[];

/** The status after `step`. */
export const statusAfter = (step: MissionStep): MissionStatus => STEPS[step].to;

/** True when `step` may be taken from `status`. */
export const isAllowed = (status: MissionStatus, step: MissionStep): boolean =>
  (STEPS[step].from as readonly MissionStatus[]).includes(status);

/** The steps that may be taken from `status`; none from a terminal one. */
export const stepsFrom = (status: MissionStatus): MissionStep[] =>
  MISSION_STEPS.filter((step) => isAllowed(status, step));

/**
 * The life of a mission: which step leads from where to where.
 *
 *     initialized → active ⇄ paused → completed | failed | abandoned
 *
 * A mission that never started can be abandoned, but neither complete nor fail.
 *
 * @module
 */
import type { MissionStatus } from "../schemas/mission.ts";

const STEPS = {
  activate: { from: ["initialized"], to: "active" },
  pause: { from: ["active"], to: "paused" },
  resume: { from: ["paused"], to: "active" },
  complete: { from: ["active", "paused"], to: "completed" },
  fail: { from: ["active", "paused"], to: "failed" },
  abandon: { from: ["initialized", "active", "paused"], to: "abandoned" },
} as const satisfies Record<string, { from: readonly MissionStatus[]; to: MissionStatus }>;

export type Step = keyof typeof STEPS;
export const MISSION_STEPS = Object.keys(STEPS) as Step[];

/** The status that `step` leads to. */
export const targetOf = (step: Step): MissionStatus => STEPS[step].to;

/** True when `step` may be taken from `status`. */
export const isAllowed = (status: MissionStatus, step: Step): boolean =>
  (STEPS[step].from as readonly MissionStatus[]).includes(status);

/** The steps that may be taken from `status`; none from a terminal one. */
export const stepsFrom = (status: MissionStatus): Step[] =>
  MISSION_STEPS.filter((step) => isAllowed(status, step));

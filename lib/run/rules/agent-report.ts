/**
 * What an agent reports about itself in its own beats, which the beats of its wrapper repeat.
 *
 * @module
 */
import {
  EXITING_STATE,
  type Heartbeat,
  IDLE_STATE,
  SEED_STATE,
  STUCK_STATE,
  WAITING_STATE,
} from "../../contract/heartbeat.ts";
import { defined } from "../../base/defined.ts";
import type { BeatFields } from "../../cell/rules/next-beat.ts";

/** States that explain why the agent does nothing: the wrapper never replaces them by `stuck`. */
const EXPLAINED: readonly string[] = [WAITING_STATE, STUCK_STATE, IDLE_STATE];

/** What the agent reported, and when its activity should have ended. */
export interface AgentReport {
  readonly fields: BeatFields;
  /** In seconds by the clock of `readAgentReport`; absent without an activity. */
  readonly busyUntil?: number;
}

/** The default until the agent reports something. */
export const NO_REPORT: AgentReport = { fields: { state: "working" } };

/**
 * What a beat reports, read at `seconds` of a monotonic clock; undefined for the seed and for the
 * last beat of a run. The activity may take as long as the agent expects, at most `mostSeconds`.
 */
export function readAgentReport(
  beat: Heartbeat,
  seconds: number,
  mostSeconds: number,
): AgentReport | undefined {
  const { state, message, progress, activity, until } = beat;
  if (state === EXITING_STATE || state === SEED_STATE) return undefined;
  const fields = { state, ...defined({ message, progress, activity, until }) };
  if (activity === undefined) return { fields };
  return { fields, busyUntil: seconds + Math.min(activity.expect_seconds, mostSeconds) };
}

/** The fields of the wrapper's beat at `seconds`: what the agent reported, or `stuck`. */
export function fieldsForBeat(
  { fields, busyUntil }: AgentReport,
  isStuck: () => boolean,
  seconds: number,
): BeatFields {
  const isExplained = EXPLAINED.includes(fields.state) || (busyUntil ?? seconds) > seconds;
  return !isExplained && isStuck() ? { ...fields, state: STUCK_STATE } : fields;
}

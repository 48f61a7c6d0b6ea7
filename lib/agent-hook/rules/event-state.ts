/**
 * The state of an agent after an event of its session.
 *
 * @module
 */
import {
  EXITING_STATE,
  type Heartbeat,
  IDLE_STATE,
  STUCK_STATE,
  WAITING_STATE,
} from "../../contract/heartbeat.ts";
import { shortened } from "../../base/printable.ts";
import type { HookEvent } from "./hook-event.ts";

const WORKING = "working";

/** The state after each event; other events are ignored. */
const STATES: Readonly<Record<string, string>> = {
  SessionStart: IDLE_STATE,
  UserPromptSubmit: WORKING,
  PreToolUse: WORKING,
  PostToolUse: WORKING,
  PostToolUseFailure: WORKING,
  PreCompact: WORKING,
  SubagentStop: WORKING,
  PermissionRequest: WAITING_STATE,
  Notification: WAITING_STATE,
  Stop: IDLE_STATE,
  StopFailure: STUCK_STATE,
  SessionEnd: EXITING_STATE,
};

/** Notices that ask a person for nothing. */
const NO_QUESTION: ReadonlySet<string> = new Set([
  "agent_completed",
  "auth_success",
  "elicitation_complete",
  "elicitation_response",
  "quota_auto_resume_fired",
]);
/** Errors that pass with time: the agent waits for this long, and then needs a person. */
const LIMIT_WAIT_MS = 3_600_000;
const LIMIT_ERRORS: ReadonlySet<string> = new Set(["rate_limit", "overloaded"]);
/** In these states no turn is in progress, and the end of a subagent in the background begins none. */
const BETWEEN_TURNS: ReadonlySet<string> = new Set([
  IDLE_STATE,
  WAITING_STATE,
  STUCK_STATE,
  EXITING_STATE,
]);
/** In these states a reminder that the agent waits for a prompt tells nothing new. */
const WAITING_FOR_PERSON: ReadonlySet<string> = new Set([WAITING_STATE, STUCK_STATE]);
const ERROR_CHARACTERS = 60;

export type StateAfter = Pick<Heartbeat, "state" | "message" | "until">;

/** The state after an event, where `last` is the one before it; undefined if the event tells nothing. */
export function stateAfter(
  event: HookEvent,
  last: string | undefined,
  now: Date,
): StateAfter | undefined {
  const name = event.hook_event_name;
  const state = Object.hasOwn(STATES, name) ? STATES[name] : undefined;
  if (state === undefined) return undefined;
  if (name === "Notification") return afterNotice(event, last);
  if (name === "StopFailure") return afterFailure(event, now);
  if (name === "SubagentStop" && BETWEEN_TURNS.has(last ?? "")) return undefined;
  // Writes nothing, so that a message and the end of a wait remain as well.
  return isCompaction(event) && last !== undefined ? undefined : { state };
}

/**
 * True for an event of a compaction that does not change the state: its end, which arrives as a start
 * of the session, and its begin if a person ordered it between two turns. A compaction that the agent
 * begins itself is part of its turn.
 */
const isCompaction = ({ hook_event_name: name, source, trigger }: HookEvent): boolean =>
  (name === "SessionStart" && source === "compact") ||
  (name === "PreCompact" && trigger === "manual");

/** An agent that has ended its turn and waits for the next prompt is still idle, unless an error ended the turn. */
function afterNotice(
  { notification_type: type = "" }: HookEvent,
  last: string | undefined,
): StateAfter | undefined {
  if (NO_QUESTION.has(type)) return undefined;
  if (type !== "idle_prompt") return { state: WAITING_STATE };
  return WAITING_FOR_PERSON.has(last ?? "") ? undefined : { state: IDLE_STATE };
}

/** The turn ended by an error: a limit passes, and everything else waits for a person. */
function afterFailure({ error = "unknown" }: HookEvent, now: Date): StateAfter {
  const message = `its turn ended by an error: ${shortened(error, ERROR_CHARACTERS)}`;
  if (!LIMIT_ERRORS.has(error)) return { state: STUCK_STATE, message };
  const until = new Date(now.getTime() + LIMIT_WAIT_MS).toISOString();
  return { state: WAITING_STATE, message, until };
}

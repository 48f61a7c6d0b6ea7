/**
 * The content of the heartbeat after an event of an agent's session.
 *
 * @module
 */
import type { Heartbeat } from "../../contract/heartbeat.ts";
import { type HookEvent, toolInputOf } from "./hook-event.ts";
import { parseTimestamp } from "../../base/time.ts";
import type { BeatFields } from "../../cell/rules/next-beat.ts";
import {
  activityOf,
  boundedCall,
  callsIn,
  type ToolCall,
  withCall,
  withoutCall,
} from "./tool-calls.ts";
import { ageInSeconds } from "../../verdict/age-limit.ts";
import { stateAfter } from "./event-state.ts";

/** Expected time of a call without a timeout of its own. */
const SHORT_CALL_SECONDS = 60;
/** Expected time of a call of an unknown tool. */
const UNKNOWN_TOOL_SECONDS = 1800;
const LONG_TOOL_SECONDS: ReadonlyMap<string, number> = new Map([
  ["Bash", 120],
  ["Task", 1800],
  ["Agent", 1800],
]);
const SHORT_TOOLS: ReadonlySet<string> = new Set(
  "Read Edit MultiEdit Write NotebookEdit Glob Grep LS TodoWrite WebFetch WebSearch".split(" "),
);
/** Added to a tool's own timeout, because a call takes a little longer. */
const TIMEOUT_MARGIN_SECONDS = 10;

/** After these events no tool call is in progress. After others, such as a subagent's end, one may be. */
const CALLS_END_AT: ReadonlySet<string> = new Set([
  "SessionStart",
  "UserPromptSubmit",
  "Stop",
  "StopFailure",
  "SessionEnd",
]);

/**
 * The content of the beat after an event, where `last` is the beat before it; undefined for an event
 * that tells nothing about the agent's state.
 */
export function beatContentAfter(
  event: HookEvent,
  last: Heartbeat | undefined,
  now: Date,
): BeatFields | undefined {
  const said = stateAfter(event, last?.state, now);
  if (said === undefined) return undefined;
  const calls = callsAfter(event, callsInBeat(last, now), now.getTime());
  const activity = activityOf(calls, now.getTime());
  return activity === undefined ? said : { ...said, activity };
}

/** The calls in progress after an event. */
function callsAfter(
  event: HookEvent,
  calls: readonly ToolCall[],
  now: number,
): readonly ToolCall[] {
  const name = event.hook_event_name;
  if (CALLS_END_AT.has(name)) return [];
  if (name === "PreToolUse") return withCall(calls, callOf(event, now));
  if (name === "PostToolUse" || name === "PostToolUseFailure")
    return withoutCall(calls, callOf(event, now));
  return calls;
}

const callsInBeat = (beat: Heartbeat | undefined, now: Date): ToolCall[] =>
  callsIn(beat?.activity, parseTimestamp(beat?.timestamp ?? "") ?? 0, now.getTime());

/** The event's call. Only the description is copied, and only of known tools: the input may have secrets. */
function callOf(event: HookEvent, now: number): ToolCall {
  const { tool_name: tool = "a tool" } = event;
  const input = LONG_TOOL_SECONDS.has(tool) ? toolInputOf(event) : {};
  const what = input.description === undefined ? tool : `${tool}: ${input.description}`;
  const until = now + 1000 * expectedSeconds(tool, input);
  return boundedCall({ what, until, id: event.tool_use_id }, now);
}

function expectedSeconds(tool: string, input: ReturnType<typeof toolInputOf>): number {
  const { timeout, run_in_background: isBackground } = input;
  if (isBackground === true) return SHORT_CALL_SECONDS;
  if (timeout !== undefined && timeout > 0)
    return Math.ceil(timeout / 1000) + TIMEOUT_MARGIN_SECONDS;
  const short = SHORT_TOOLS.has(tool) ? SHORT_CALL_SECONDS : UNKNOWN_TOOL_SECONDS;
  return LONG_TOOL_SECONDS.get(tool) ?? short;
}

/**
 * True when a beat would add nothing: the last one is not older than `everySeconds`, has the same
 * state and vouches for the same process, no long call has begun or ended since, and there is no other message.
 */
export function isRedundant(
  content: BeatFields,
  last: Heartbeat | undefined,
  everySeconds: number,
  now: Date,
): boolean {
  if (last === undefined || last.state !== content.state) return false;
  if (content.message !== undefined && content.message !== last.message) return false;
  if (!vouchesForSame(content, last)) return false;
  const age = ageInSeconds(last, now);
  const isRecent = age >= 0 && age < everySeconds;
  const next = { ...last, timestamp: now.toISOString(), activity: content.activity };
  return isRecent && longCalls(next, now) === longCalls(last, now);
}

/**
 * True if both vouch for the same process. Under a wrapper `on_events` does not matter: its beats
 * come at intervals.
 */
const vouchesForSame = (content: BeatFields, last: Heartbeat): boolean =>
  content.process?.pid === last.process?.pid &&
  content.process?.start_ticks === last.process?.start_ticks &&
  (last.runner !== undefined || last.on_events === content.on_events);

/** A beat's calls that may last longer than a short one, as text to compare. */
function longCalls(beat: Heartbeat, now: Date): string {
  const limit = now.getTime() + 1000 * SHORT_CALL_SECONDS;
  return callsInBeat(beat, now)
    .filter(({ until }) => until > limit)
    .map(({ id, what, until }) => JSON.stringify([id, what, until]))
    .toSorted()
    .join();
}

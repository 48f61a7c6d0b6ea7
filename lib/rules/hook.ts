/**
 * What an event of an agent's session means for its heartbeat.
 *
 * @module
 */
import { type Heartbeat, LAST_STATE } from "../schemas/heartbeat.ts";
import { type HookEvent, toolInputOf } from "../schemas/hook.ts";
import { parseTimestamp } from "../schemas/time.ts";
import type { Said } from "./beat.ts";
import { activityOf, type Call, callsOf, newCall, withCall, withoutCall } from "./calls.ts";
import { ageInSeconds } from "./classify.ts";

/** The state that an event leads to. Events that are not listed say nothing about it. */
const STATES: Readonly<Record<string, string>> = {
  SessionStart: "idle",
  UserPromptSubmit: "working",
  PreToolUse: "working",
  PostToolUse: "working",
  PostToolUseFailure: "working",
  PreCompact: "working",
  SubagentStop: "working",
  PermissionRequest: "waiting",
  Notification: "waiting",
  Stop: "idle",
  SessionEnd: LAST_STATE,
};

/** How long a call of a tool may take that does not say so itself, in seconds. */
const USUAL = 60;
const LONGER: ReadonlyMap<string, number> = new Map([
  ["Bash", 120],
  ["Task", 1800],
  ["Agent", 1800],
]);
/** Tools whose calls are short. */
const SHORT: ReadonlySet<string> = new Set(
  "Read Edit MultiEdit Write NotebookEdit Glob Grep LS TodoWrite WebFetch WebSearch".split(" "),
);
/** A tool that nobody here knows may take as long as any. */
const UNKNOWN = 1800;
/** What a call takes beside the tool's own limit. */
const MARGIN = 10;

/** Events at which nothing that was begun goes on. Of others, such as a subagent's end, that is not known. */
const ENDS: ReadonlySet<string> = new Set([
  "SessionStart",
  "UserPromptSubmit",
  "Stop",
  "SessionEnd",
]);

/**
 * What the beat after an event says, where `last` is the beat before it; undefined for an
 * event that is not understood.
 */
export function saidBy(event: HookEvent, last: Heartbeat | undefined, now: Date): Said | undefined {
  const name = event.hook_event_name;
  const state = Object.hasOwn(STATES, name) ? STATES[name] : undefined;
  if (state === undefined) return undefined;
  const calls = callsAfter(event, callsIn(last, now), now.getTime());
  const activity = activityOf(calls, now.getTime());
  return activity === undefined ? { state } : { state, activity };
}

/** The calls that are at work after an event, of those that were before it. */
function callsAfter(event: HookEvent, calls: readonly Call[], now: number): readonly Call[] {
  const name = event.hook_event_name;
  if (ENDS.has(name)) return [];
  if (name === "PreToolUse") return withCall(calls, callOf(event, now));
  if (name === "PostToolUse" || name === "PostToolUseFailure")
    return withoutCall(calls, callOf(event, now));
  return calls;
}

const callsIn = (beat: Heartbeat | undefined, now: Date): Call[] =>
  callsOf(beat?.activity, parseTimestamp(beat?.timestamp ?? "") ?? 0, now.getTime());

/** Of the input only the description is told, of a tool that is known: the rest may hold secrets. */
function callOf(event: HookEvent, now: number): Call {
  const { tool_name: tool = "a tool" } = event;
  const input = LONGER.has(tool) ? toolInputOf(event) : {};
  const { description, timeout, run_in_background: isBackground } = input;
  const what = description === undefined ? tool : `${tool}: ${description}`;
  const usual =
    isBackground === true ? USUAL : (LONGER.get(tool) ?? (SHORT.has(tool) ? USUAL : UNKNOWN));
  const own = timeout !== undefined && timeout > 0 && isBackground !== true;
  const seconds = own ? Math.ceil(timeout / 1000) + MARGIN : usual;
  return newCall(what, event.tool_use_id, now + 1000 * seconds, now);
}

/**
 * True when a beat would tell nothing new: the last one, not older than `everySeconds`, has
 * the same state, and no call so long that a reader must know of it has begun or ended since.
 */
export function isTold(
  said: Said,
  last: Heartbeat | undefined,
  everySeconds: number,
  now: Date,
): boolean {
  if (last === undefined || last.state !== said.state) return false;
  const age = ageInSeconds(last, now);
  const isRecent = age >= 0 && age < everySeconds;
  const next = { ...last, timestamp: now.toISOString(), activity: said.activity };
  return isRecent && longCalls(next, now) === longCalls(last, now);
}

/** Those of a beat's calls that may last long, as text to compare. */
function longCalls(beat: Heartbeat, now: Date): string {
  const long = callsIn(beat, now).filter(({ until }) => until - now.getTime() > 1000 * USUAL);
  return long
    .map(({ id, what, until }) => JSON.stringify([id, what, until]))
    .toSorted()
    .join();
}

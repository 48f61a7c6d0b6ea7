/**
 * What an event of an agent's session means for its heartbeat.
 *
 * @module
 */
import { type Heartbeat, LAST_STATE } from "../schemas/heartbeat.ts";
import { type HookEvent, toolInputOf } from "../schemas/hook.ts";
import { parseTimestamp } from "../schemas/time.ts";
import type { Said } from "./beat.ts";
import { shortened } from "./printable.ts";

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
const LONGEST = 1e9;
const WHAT_LIMIT = 120;

/** What the beat after an event says; undefined for an event that is not understood. */
export function saidBy(event: HookEvent): Said | undefined {
  const name = event.hook_event_name;
  const state = Object.hasOwn(STATES, name) ? STATES[name] : undefined;
  if (state === undefined || name !== "PreToolUse") return state === undefined ? state : { state };
  return { state, activity: activityOf(event) };
}

/** Of the input only the description is told, of a tool that is known: the rest may hold secrets. */
function activityOf(event: HookEvent): NonNullable<Said["activity"]> {
  const { tool_name: tool = "a tool" } = event;
  const input = LONGER.has(tool) ? toolInputOf(event) : {};
  const { description, timeout, run_in_background: isBackground } = input;
  const what = description === undefined ? tool : `${tool}: ${description}`;
  const usual =
    isBackground === true ? USUAL : (LONGER.get(tool) ?? (SHORT.has(tool) ? USUAL : UNKNOWN));
  const own = timeout !== undefined && timeout > 0 && isBackground !== true;
  const seconds = own ? Math.ceil(timeout / 1000) + MARGIN : usual;
  return { what: shortened(what, WHAT_LIMIT), expect_seconds: Math.min(seconds, LONGEST) };
}

/**
 * True when a beat would tell nothing new: the last one, not older than `everySeconds`, has
 * the same state, and neither names a step so long that a reader must know of it, or of its end.
 */
export function isTold(
  said: Said,
  last: Heartbeat | undefined,
  everySeconds: number,
  now: Date,
): boolean {
  if (last === undefined || last.state !== said.state) return false;
  const age = (now.getTime() - (parseTimestamp(last.timestamp) ?? Number.NaN)) / 1000;
  const isRecent = age >= 0 && age < everySeconds;
  return isRecent && !isLong(said) && !isLong(last);
}

const isLong = ({ activity }: Pick<Said, "activity">): boolean =>
  (activity?.expect_seconds ?? 0) > USUAL;

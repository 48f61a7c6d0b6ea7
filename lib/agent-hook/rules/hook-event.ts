/**
 * The input of hooks, as far as it is used, in Claude Code's format.
 *
 * @module
 */
import * as v from "valibot";
import { Timestamp } from "../../base/time.ts";

const ToolInput = v.looseObject({
  /** What the call is for, as the agent describes it. */
  description: v.optional(v.string()),
  /** The tool's own limit, in milliseconds. */
  timeout: v.optional(v.number()),
  run_in_background: v.optional(v.boolean()),
});

/** A value that is not text counts as missing: the event still gets a beat. */
const Text = v.fallback(v.optional(v.string()), undefined);

/** Schema of an event; other keys are ignored. */
export const HookEvent = v.looseObject({
  hook_event_name: v.string(),
  session_id: Text,
  cwd: Text,
  /** Why a session started, such as `compact`; what began a compaction; what a notice is about. */
  source: Text,
  trigger: Text,
  notification_type: Text,
  /** The error that ended a turn, such as `rate_limit`. */
  error: Text,
  tool_name: Text,
  /** The same in the events before and after one tool call, and unique to it. */
  tool_use_id: Text,
  tool_input: v.optional(v.union([ToolInput, v.unknown()])),
});
export type HookEvent = v.InferOutput<typeof HookEvent>;

export type ToolInput = v.InferOutput<typeof ToolInput>;

/** The tool's input, if it has the expected form; else empty. */
export const toolInputOf = ({ tool_input }: HookEvent): ToolInput =>
  v.is(ToolInput, tool_input) ? tool_input : {};

/**
 * Schema of a beat's `activity.calls`, the tool calls in progress. The contract allows any value
 * there, because an agent may write its own activity.
 */
export const ActivityCalls = v.array(
  v.object({ what: v.string(), until: Timestamp, id: v.optional(v.string()) }),
);

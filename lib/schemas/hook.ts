/**
 * What an agent CLI hands to its hooks, as far as it is used: the shape of Claude Code.
 *
 * @module
 */
import * as v from "valibot";

const ToolInput = v.looseObject({
  /** What the call is for, in the agent's words. */
  description: v.optional(v.string()),
  /** The tool's own limit, in milliseconds. */
  timeout: v.optional(v.number()),
  run_in_background: v.optional(v.boolean()),
});

/** Schema of an event. Most of it is the agent's own, and ignored. */
export const HookEvent = v.looseObject({
  hook_event_name: v.string(),
  session_id: v.optional(v.string()),
  cwd: v.optional(v.string()),
  tool_name: v.optional(v.string()),
  tool_input: v.optional(v.union([ToolInput, v.unknown()])),
});
export type HookEvent = v.InferOutput<typeof HookEvent>;

export type ToolInput = v.InferOutput<typeof ToolInput>;

/** The tool's input, where it is an object of the usual kind. */
export const toolInputOf = ({ tool_input }: HookEvent): ToolInput =>
  v.is(ToolInput, tool_input) ? tool_input : {};

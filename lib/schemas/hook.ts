/**
 * What an agent CLI hands to its hooks, as far as it is used: the shape of Claude Code.
 *
 * @module
 */
import * as v from "valibot";
import { Timestamp } from "./time.ts";

const ToolInput = v.looseObject({
  /** What the call is for, in the agent's words. */
  description: v.optional(v.string()),
  /** The tool's own limit, in milliseconds. */
  timeout: v.optional(v.number()),
  run_in_background: v.optional(v.boolean()),
});

/** What is no text is as good as not there: an event is worth a beat without it. */
const Text = v.fallback(v.optional(v.string()), undefined);

/** Schema of an event. Most of it is the agent's own, and ignored. */
export const HookEvent = v.looseObject({
  hook_event_name: v.string(),
  session_id: Text,
  cwd: Text,
  tool_name: Text,
  /** The same before a call of a tool and after it, and no other call's. */
  tool_use_id: Text,
  tool_input: v.optional(v.union([ToolInput, v.unknown()])),
});
export type HookEvent = v.InferOutput<typeof HookEvent>;

export type ToolInput = v.InferOutput<typeof ToolInput>;

/** The tool's input, where it is an object of the usual kind. */
export const toolInputOf = ({ tool_input }: HookEvent): ToolInput =>
  v.is(ToolInput, tool_input) ? tool_input : {};

/**
 * Calls of tools as a beat carries them beside its activity, in `activity.calls`. An agent may
 * write there what it likes: that is its own, and no less a heartbeat.
 */
export const CarriedCalls = v.array(
  v.object({ what: v.string(), until: Timestamp, id: v.optional(v.string()) }),
);

/**
 * The state of an agent after an event of its session.
 */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beatContentAfter, isRedundant } from "../../lib/agent-hook/rules/event-beat.ts";
import { stateAfter } from "../../lib/agent-hook/rules/event-state.ts";
import { NOON } from "../tools/facts.ts";
import { ROOT } from "../tools/house.ts";

type Input = readonly [string, Record<string, string>?];

/** The state after some events; an event that does not tell a state keeps the one before. */
const after = (first: string | undefined, ...events: readonly Input[]) =>
  events.reduce(
    (last, [hook_event_name, more]) =>
      stateAfter({ hook_event_name, tool_input: {}, ...more }, last, NOON)?.state ?? last,
    first,
  );

const COMPACTED: Input = ["SessionStart", { source: "compact" }];
const notice = (notification_type: string): Input[] => [["Notification", { notification_type }]];
const REMINDED: Input = ["Notification", { notification_type: "idle_prompt" }];
const LIMITED: Input = ["StopFailure", { error: "rate_limit" }];

test.each<[string, string | undefined, Input[], string | undefined]>([
  ["a session that starts is idle", undefined, [["SessionStart", { source: "startup" }]], "idle"],
  ["so is one that is resumed", "working", [["SessionStart", { source: "resume" }]], "idle"],
  [
    "an agent that compacts within its turn goes on working",
    "working",
    [["PreCompact", { trigger: "auto" }], COMPACTED],
    "working",
  ],
  [
    "a person who compacts between turns begins none",
    "idle",
    [["PreCompact", { trigger: "manual" }], COMPACTED],
    "idle",
  ],
  ["a compaction without a beat before it", undefined, [COMPACTED], "idle"],
  ["a subagent that ends after the turn begins none", "idle", [["SubagentStop"]], "idle"],
  ["nor after the session", "exiting", [["SubagentStop"]], "exiting"],
  ["nor does it answer a question", "waiting", [["SubagentStop"]], "waiting"],
  ["within a turn it is work", "working", [["SubagentStop"]], "working"],
  [
    "a question waits",
    "working",
    [["Notification", { notification_type: "permission_prompt" }]],
    "waiting",
  ],
  ["so does a notice of an unknown type", "working", [["Notification"]], "waiting"],
  [
    "a reminder that the turn is over asks nothing",
    "idle",
    [["Notification", { notification_type: "idle_prompt" }]],
    "idle",
  ],
  [
    "nor does a login",
    "working",
    [["Notification", { notification_type: "auth_success" }]],
    "working",
  ],
  ["nor does a subagent's end", "working", notice("agent_completed"), "working"],
  ["nor a quota that is there again", "working", notice("quota_auto_resume_fired"), "working"],
  ["a limit passes with time", "working", [LIMITED], "waiting"],
  ["a reminder does not end the wait for a limit", "working", [LIMITED, REMINDED], "waiting"],
  ["nor does it clear a turn that failed", "working", [["StopFailure"], REMINDED], "stuck"],
  ["nor does a subagent", "working", [["StopFailure"], ["SubagentStop"]], "stuck"],
  ["the next prompt does", "working", [["StopFailure"], REMINDED, ["UserPromptSubmit"]], "working"],
  [
    "another error needs a person",
    "working",
    [["StopFailure", { error: "billing_error" }]],
    "stuck",
  ],
  ["so does one without a name", "working", [["StopFailure"]], "stuck"],
  ["the name of a property of Object is not an event", "working", [["constructor"]], "working"],
])("%s", (_, first, events, expected) => {
  expect(after(first, ...events)).toBe(expected);
});

test("the beat tells which error ended a turn, and not the agent's text", () => {
  const event = {
    hook_event_name: "StopFailure",
    error: "authentication_failed",
    last_assistant_message: "my key is hunter2",
    tool_input: {},
  };
  expect(stateAfter(event, "working", NOON)).toEqual({
    state: "stuck",
    message: "its turn ended by an error: authentication_failed",
  });
});

test("an agent waits for a limit for an hour, and not for a day", () => {
  const event = { hook_event_name: "StopFailure", error: "overloaded", tool_input: {} };
  expect(stateAfter(event, "working", NOON)).toEqual({
    state: "waiting",
    message: "its turn ended by an error: overloaded",
    until: "2026-01-01T13:00:00.000Z",
  });
});

test("an error that ends a turn within seconds of a question is written as well", () => {
  const asked = {
    timestamp: NOON.toISOString(),
    state: "waiting",
    message: "so far",
    on_events: true,
  };
  const later = new Date(NOON.getTime() + 2000);
  const isDropped = (hook_event_name: string, more: object) => {
    const event = { hook_event_name, tool_input: {}, ...more };
    const content = beatContentAfter(event, asked, later);
    return content && isRedundant({ ...content, on_events: true }, asked, 10, later);
  };
  expect(isDropped("StopFailure", { error: "rate_limit" })).toBe(false);
  expect(isDropped("Notification", { notification_type: "permission_prompt" })).toBe(true);
});

test("a compaction between turns leaves the last beat with its message", () => {
  const event = { hook_event_name: "SessionStart", source: "compact", tool_input: {} };
  expect(stateAfter(event, "stuck", NOON)).toBeUndefined();
});

test("the settings for Claude Code call the hook at each event with a state", () => {
  const { hooks } = JSON.parse(readFileSync(join(ROOT, "config/agents/claude-code.json"), "utf8"));
  for (const name of Object.keys(hooks))
    expect([name, stateAfter({ hook_event_name: name, tool_input: {} }, "working", NOON)]).toEqual([
      name,
      expect.anything(),
    ]);
  expect(Object.keys(hooks)).toContain("StopFailure");
});

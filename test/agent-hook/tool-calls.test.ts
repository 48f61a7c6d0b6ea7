/**
 * The beat after an event of an agent's session; short tool calls do not hide long ones.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import * as v from "valibot";
import { ageLimit } from "../../lib/verdict/age-limit.ts";
import { isRedundant, beatContentAfter } from "../../lib/agent-hook/rules/event-beat.ts";
import { contractText } from "../../lib/contract/json.ts";
import { Heartbeat } from "../../lib/contract/heartbeat.ts";
import type { HookEvent } from "../../lib/agent-hook/rules/hook-event.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { readBeat } from "../tools/wrapped.ts";

// The machine may be busy with other tests.
setDefaultTimeout(600_000);

const NOON = Date.parse("2026-03-01T12:00:00Z");
const here = scratch();

/** `[seconds after noon, event, tool, its timeout in seconds, its id]`. */
type Step = readonly [number, string, string?, (number | undefined)?, string?];

const eventOf = ([, hook_event_name, tool_name, timeout, id]: Step): HookEvent => ({
  hook_event_name,
  ...(tool_name === undefined ? {} : { tool_name }),
  ...(id === undefined ? {} : { tool_use_id: id }),
  tool_input: timeout === undefined ? {} : { timeout: 1000 * timeout },
});

/** The last beat after some events. */
function beatAfter(steps: readonly Step[], first?: Heartbeat): Heartbeat | undefined {
  return steps.reduce<Heartbeat | undefined>((last, step) => {
    const now = new Date(NOON + 1000 * step[0]);
    const said = beatContentAfter(eventOf(step), last, now);
    return said === undefined ? last : { timestamp: now.toISOString(), ...said };
  }, first);
}

/** A beat's activity and its expected seconds. */
const told = (beat: Heartbeat | undefined): string =>
  beat?.activity === undefined ? "" : `${beat.activity.what} ${beat.activity.expect_seconds}`;

const LONG: Step = [0, "PreToolUse", "Bash", 1200, "long"];
const READ: Step = [5, "PreToolUse", "Read", undefined, "read"];

describe("concurrent tool calls", () => {
  test.concurrent.each<[string, Step[], string]>([
    ["a short call does not hide a long one", [LONG, READ], "Bash 1205"],
    ["nor does its end", [LONG, READ, [6, "PostToolUse", "Read", undefined, "read"]], "Bash 1204"],
    [
      "nor does its failure",
      [LONG, READ, [6, "PostToolUseFailure", "Read", 0, "read"]],
      "Bash 1204",
    ],
    [
      "the end of the long one ends it",
      [LONG, READ, [9, "PostToolUse", "Bash", 1200, "long"]],
      "Read 56",
    ],
    ["a longer call takes its place", [LONG, [60, "PreToolUse", "Task"]], "Task 1800"],
    [
      "and gives it back",
      [LONG, [60, "PreToolUse", "Task"], [90, "PostToolUse", "Task"]],
      "Bash 1120",
    ],
    ["one whose time is over is not kept", [LONG, [1210, "PreToolUse", "Read"]], "Read 60"],
    ["nor is it told at an end", [LONG, [1210, "PostToolUse", "Read"]], ""],
    [
      "the end of an unknown call changes nothing",
      [LONG, [5, "PostToolUse", "Read", undefined, "read"]],
      "Bash 1205",
    ],
    ["a subagent's end ends no call", [LONG, [5, "SubagentStop"]], "Bash 1205"],
    ["a question to a person ends no call", [LONG, [5, "PermissionRequest", "Edit"]], "Bash 1205"],
    ["nor does a notice", [LONG, [5, "Notification"]], "Bash 1205"],
    ["a stop ends all", [LONG, READ, [6, "Stop"]], ""],
    ["so does a prompt", [LONG, [6, "UserPromptSubmit"]], ""],
    ["so does the start of a session", [LONG, [6, "SessionStart"]], ""],
    ["so does its end", [LONG, [6, "SessionEnd"]], ""],
    ["an unknown event changes nothing", [LONG, [6, "Toast"]], "Bash 1210"],
    ["a call delivered twice is one", [LONG, LONG, [6, "PostToolUse", "Bash", 1200, "long"]], ""],
    // Two calls of one tool: the id tells which of them ended.
    [
      "two calls of a tool, the short one ends",
      [LONG, [1, "PreToolUse", "Bash", 90, "short"], [2, "PostToolUse", "Bash", 90, "short"]],
      "Bash 1208",
    ],
    [
      "two calls of a tool, the long one ends",
      [LONG, [1, "PreToolUse", "Bash", 90, "short"], [2, "PostToolUse", "Bash", 1200, "long"]],
      "Bash 99",
    ],
    // Without ids the shorter call is taken for the one that ended, so the expected time is never too short.
    [
      "without ids, the one that should have ended first has ended",
      [
        [0, "PreToolUse", "Bash", 1200],
        [1, "PreToolUse", "Bash", 90],
        [2, "PostToolUse", "Bash", 1200],
      ],
      "Bash 1208",
    ],
    [
      "without ids, both end",
      [
        [0, "PreToolUse", "Bash", 1200],
        [1, "PreToolUse", "Bash", 90],
        [2, "PostToolUse", "Bash"],
        [3, "PostToolUse", "Bash"],
      ],
      "",
    ],
  ])("%s", (_, steps, activity) => {
    expect(told(beatAfter(steps))).toBe(activity);
  });

  test.concurrent("the expected end does not move with later beats", () => {
    const reads = Array.from({ length: 50 }, (_, n): Step[] => [
      [n, "PreToolUse", "Read", undefined, `r${n}`],
      [n + 0.5, "PostToolUse", "Read", undefined, `r${n}`],
    ]);
    expect(told(beatAfter([LONG, ...reads.flat()]))).toBe("Bash 1161");
  });

  test.concurrent("of very many calls, a beat lists those that may last longest", () => {
    const tasks = Array.from({ length: 40 }, (_, n): Step => [
      n,
      "PreToolUse",
      "Bash",
      100 + n,
      `b${n}`,
    ]);
    const carried = beatAfter([LONG, ...tasks])?.activity?.["calls"] as { id: string }[];
    expect(carried.map(({ id }) => id).slice(0, 2)).toEqual(["long", "b39"]);
    expect(carried).toHaveLength(16);
  });

  test.concurrent("an activity that the agent wrote by other means is kept as well", () => {
    const timestamp = new Date(NOON).toISOString();
    const activity = { what: "cargo build", expect_seconds: 900 };
    const first = { timestamp, state: "working", activity };
    expect(told(beatAfter([[10, "PreToolUse", "Read"]], first))).toBe("cargo build 890");
    expect(told(beatAfter([[10, "PostToolUse", "Bash"]], first))).toBe("cargo build 890");
    expect(told(beatAfter([[10, "Stop"]], first))).toBe("");
  });

  test.concurrent(
    "for any content of a cell, the beat is valid, small, and within the operator's limits",
    () => {
      const call = fc.record(
        {
          what: fc.string({ maxLength: 3000 }),
          until: fc
            .date({ noInvalidDate: true, min: new Date(0), max: new Date(2.5e14) })
            .map((date) => date.toISOString()),
          id: fc.oneof(fc.string({ maxLength: 3000 }), fc.integer()),
        },
        { requiredKeys: [] },
      );
      const activity = fc.record({
        what: fc.string({ maxLength: 60_000 }),
        expect_seconds: fc.double({ min: 0, max: 1e9, noNaN: true }),
        calls: fc.oneof(fc.array(call, { maxLength: 40 }), fc.anything()),
      });
      const policy = {
        stale_after_seconds: 300,
        min_stale_after_seconds: 30,
        max_stale_after_seconds: 3600,
        allowed_skew_seconds: 60,
        max_waiting_seconds: 86_400,
      };
      fc.assert(
        fc.property(activity, fc.integer({ min: -4e14, max: 4e14 }), (forged, offset) => {
          const timestamp = new Date(Math.min(Math.max(NOON + offset, 0), 2.5e14)).toISOString();
          const beat = beatAfter([READ], { timestamp, state: "working", activity: forged });
          expect(v.is(Heartbeat, beat)).toBe(true);
          expect(contractText(beat)?.length).toBeLessThan(16_384);
          const heartbeat = { outcome: "read", value: beat as Heartbeat, path: "" } as const;
          const config = { outcome: "absent", path: "" } as const;
          expect(ageLimit({ heartbeat, config }, policy as never)).toBeLessThanOrEqual(3600);
        }),
        { numRuns: 500 },
      );
    },
  );
});

describe("the content after an event", () => {
  test.concurrent.each([
    ["Bash", {}, "Bash 120"],
    ["Bash", { timeout: 1 }, "Bash 11"],
    ["Bash", { timeout: 600_000, run_in_background: true }, "Bash 60"],
    ["Bash", { timeout: -5 }, "Bash 120"],
    ["Bash", { timeout: 1e300 }, "Bash 1000000000"],
    ["Bash", { timeout: Number.POSITIVE_INFINITY }, "Bash 1000000000"],
    ["Bash", { description: "x".repeat(500) }, `Bash: ${"x".repeat(113)}… 120`],
    ["Read", { file_path: "/x" }, "Read 60"],
    ["Task", { description: "Look" }, "Task: Look 1800"],
    ["toString", null, "toString 1800"],
    ["mcp__jira__create", { description: "hunter2", timeout: 30 }, "mcp__jira__create 1800"],
    ["Bash", { timeout: "long", description: 7 }, "Bash 120"],
    ["Bash", "text", "Bash 120"],
  ])("before a call of %s with %p", (tool_name, tool_input, activity) => {
    const event = { hook_event_name: "PreToolUse", tool_name, tool_input };
    const said = beatContentAfter(event, undefined, new Date(NOON));
    expect(said?.state).toBe("working");
    expect(told({ timestamp: "", ...said, state: "working" })).toBe(activity);
  });

  test.concurrent.each(["constructor", "__proto__", "", "Toast"])("is nothing for %p", (name) => {
    expect(beatContentAfter({ hook_event_name: name }, undefined, new Date())).toBeUndefined();
  });

  test.concurrent.each<[string, (Partial<Heartbeat> & { age?: number }) | undefined, boolean]>([
    ["none before", undefined, false],
    ["the same, just before", { age: 1 }, true],
    ["the same, before the throttle", { age: 10 }, false],
    ["another state", { age: 1, state: "idle" }, false],
    ["a long step", { age: 1, activity: { what: "x", expect_seconds: 62 } }, false],
    ["a short step", { age: 1, activity: { what: "x", expect_seconds: 60 } }, true],
    ["one from the future", { age: -1 }, false],
  ])("is redundant after a beat of %s", (_, last, isSo) => {
    const now = new Date(NOON);
    const { age = 0, ...rest } = last ?? {};
    const timestamp = new Date(NOON - 1000 * age).toISOString();
    const beat: Heartbeat | undefined = last && { timestamp, state: "working", ...rest };
    expect(isRedundant({ state: "working" }, beat, 10, now)).toBe(isSo);
  });

  test.concurrent.each<[Step, boolean]>([
    [[1, "PreToolUse", "Read", undefined, "read"], true],
    [[1, "PostToolUse", "Read", undefined, "read"], true],
    [[1, "SubagentStop"], true],
    [[1, "PreToolUse", "Bash", 90, "other"], false],
    [[1, "PostToolUse", "Bash", 1200, "long"], false],
    [[1, "UserPromptSubmit"], false],
  ])("during a long call, %p is redundant: %p", (step, isSo) => {
    const last = beatAfter([LONG]);
    const now = new Date(NOON + 1000);
    const said = beatContentAfter(eventOf(step), last, now);
    expect(said && isRedundant(said, last, 10, now)).toBe(isSo);
  });
});

/** An event of a call. */
const call = (name: string, tool: string, id: string, seconds = 0) => ({
  hook_event_name: name,
  tool_name: tool,
  tool_use_id: id,
  tool_input: seconds === 0 ? {} : { timeout: 1000 * seconds },
});

describe.each(FORMS)("heartbeat hook (%s)", (form) => {
  const hook = (root: string, input: object, ...flags: string[]) =>
    run([...command(form, "heartbeat"), "hook", `--root=${root}`, ...flags], {
      input: JSON.stringify(input),
      env: { MISSION_ID: idOf(1) },
    });
  test.concurrent("a quick call does not change a long one's expected time", async () => {
    const root = join(here, `beside-${form}`);
    const cell = writeCell(root, idOf(1), { age: 9999 });
    await hook(root, call("PreToolUse", "Bash", "a", 1200));
    await hook(root, call("PreToolUse", "Read", "b"), "--every=0");
    expect(readBeat(cell).activity).toMatchObject({ what: "Bash" });
    await hook(root, call("PostToolUse", "Read", "b"), "--every=0");
    const { activity } = readBeat(cell);
    expect(activity?.what).toBe("Bash");
    expect(activity?.expect_seconds).toBeGreaterThan(1100);
    await hook(root, call("PostToolUse", "Bash", "a", 1200), "--every=0");
    expect(readBeat(cell).activity).toBeUndefined();
  });

  test.concurrent("calls of a run before the boot have ended", async () => {
    const root = join(here, `boot-${form}`);
    const activity = { what: "Bash", expect_seconds: 3000 };
    const cell = writeCell(root, idOf(1), { heartbeat: { activity } });
    await hook(root, { hook_event_name: "SubagentStop" }, "--every=0");
    expect(readBeat(cell)).toMatchObject({ seq: 2, state: "working" });
    expect(readBeat(cell).activity).toBeUndefined();
  });
});

const lack = lacking("flock");
test.skipIf(lack !== "")(`calls that begin at the same moment are all listed${lack}`, async () => {
  const root = join(here, "at-once");
  const cell = writeCell(root, idOf(1), { age: 9999 });
  const argv = [...command("executable", "heartbeat"), "hook", `--root=${root}`];
  const env = { MISSION_ID: idOf(1) };
  const all = async (name: string, ids: readonly string[]) =>
    Promise.all(
      ids.map((id) => {
        const input = { hook_event_name: name, tool_name: "Task", tool_use_id: id };
        return run(argv, { input: JSON.stringify(input), env });
      }),
    );
  const ids = ["a", "b", "c", "d"];
  for (let round = 0; round < 10; round++) {
    await all("PreToolUse", ids);
    const calls = (readBeat(cell).activity?.["calls"] ?? []) as { id: string }[];
    expect(calls.map(({ id }) => id).toSorted()).toEqual(ids);
    await all("PostToolUse", ids);
    expect(readBeat(cell).activity).toBeUndefined();
  }
  expect(readdirSync(join(cell, "state"))).toEqual(["heartbeat.json"]);
});

import { readdirSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { isTold, saidBy } from "../lib/rules/hook.ts";
import { CELL_FILES } from "../lib/schemas/cell.ts";
import type { Heartbeat } from "../lib/schemas/heartbeat.ts";
import { idOf, type Told, writeCell, writeJson } from "./tools/cells.ts";
import { lacking } from "./tools/needs.ts";
import { command, FORMS, run, scratch } from "./tools/program.ts";
import { eventuallyIs, readBeat, startRun } from "./tools/wrapped.ts";

const ID = idOf(1);
const AGENTS = join(import.meta.dir, "../config/agents");
const here = scratch();
let count = 0;

/** A root with one cell. */
function place(told: Told = { age: 9999, heartbeat: { seq: 7 } }) {
  const root = join(here, `root-${count++}`);
  const cell = writeCell(root, ID, told);
  return { root, cell, worktree: join(cell, "worktree"), log: join(cell, CELL_FILES.log) };
}

/** An event as Claude Code hands it over. */
const event = (name: string, more: object = {}) => ({
  session_id: "3f0c1f5e-93c4-4f6e-a8f8-3f1f0a3f7a10",
  transcript_path: "/home/agent/.claude/projects/x/transcript.jsonl",
  cwd: "/nowhere",
  permission_mode: "default",
  hook_event_name: name,
  ...more,
});
const tool = (name: string, input: object, more: object = {}) =>
  event("PreToolUse", { tool_name: name, tool_input: input, tool_use_id: "toolu_01", ...more });

describe.each(FORMS)("heartbeat hook (%s)", (form) => {
  const hook = (root: string, input: object | string, flags: string[] = [], env = {}) =>
    run([...command(form, "heartbeat"), "hook", `--root=${root}`, ...flags], {
      input: typeof input === "string" ? input : JSON.stringify(input),
      env,
    });
  const SILENT = { code: 0, stdout: "", stderr: "" };

  test.concurrent(
    "beats in the cell that the event's directory lies in, with the tool and its limit",
    async () => {
      const { root, cell, worktree } = place();
      const input = { command: "make SECRET=x", description: "Build it", timeout: 600_000 };
      expect(await hook(root, tool("Bash", input, { cwd: `${worktree}/src` }))).toEqual(SILENT);
      expect(readBeat(cell)).toMatchObject({
        state: "working",
        seq: 8,
        activity: { what: "Bash: Build it", expect_seconds: 610 },
        run_id: "3f0c1f5e-93c4-4f6e-a8f8-3f1f0a3f7a10",
      });
      expect(readFileSync(join(cell, CELL_FILES.heartbeat), "utf8")).not.toContain("SECRET");
    },
  );

  test.concurrent("beats in the cell of MISSION_ID, wherever the agent works", async () => {
    const { root, cell } = place();
    expect(await hook(root, event("Stop"), [], { MISSION_ID: ID })).toEqual(SILENT);
    expect(readBeat(cell)).toMatchObject({ state: "idle", seq: 8 });
  });

  test.concurrent("is throttled, but for a change of state and for long steps", async () => {
    const { root, cell, worktree: cwd } = place();
    const seqAfter = async (input: object, ...flags: string[]) => {
      await hook(root, { ...input, cwd }, flags);
      return readBeat(cell).seq;
    };
    expect(await seqAfter(event("UserPromptSubmit"))).toBe(8);
    expect(await seqAfter(tool("Read", { file_path: "/x" }))).toBe(8);
    expect(await seqAfter(event("PostToolUse"))).toBe(8);
    expect(await seqAfter(event("Stop"))).toBe(9);
    expect(await seqAfter(event("Stop"))).toBe(9);
    expect(await seqAfter(event("UserPromptSubmit"))).toBe(10);
    expect(await seqAfter(tool("Bash", { timeout: 300_000 }))).toBe(11);
    expect(await seqAfter(event("PostToolUse"))).toBe(12);
    expect(await seqAfter(event("PostToolUse"), "--every=0")).toBe(13);
    expect(await seqAfter(event("SessionEnd"))).toBe(14);
    expect(readBeat(cell).state).toBe("exiting");
  });

  test.concurrent.each([
    ["no JSON", "{"],
    ["nothing", ""],
    ["no event", '{"x": 1}'],
    ["no text", "\u0000\u00ff"],
  ])("notes %s on stdin in the cell's log, once", async (_, input) => {
    const { root, log } = place();
    const env = { MISSION_ID: ID };
    for (let times = 0; times < 3; times++)
      expect(await hook(root, input, [], env)).toEqual(SILENT);
    const lines = readFileSync(log, "utf8").trim().split("\n");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      program: "heartbeat hook",
      event: "hook-failed",
      why: "What came on stdin is no event",
    });
    utimesSync(log, 0, 0);
    await hook(root, input, [], env);
    expect(readFileSync(log, "utf8").trim().split("\n")).toHaveLength(2);
  });

  test.concurrent("notes in the log that a mission is paused, and beats not", async () => {
    const { root, cell, worktree: cwd, log } = place({ status: "paused", heartbeat: { seq: 7 } });
    expect(await hook(root, event("Stop", { cwd }))).toEqual(SILENT);
    expect(readBeat(cell).seq).toBe(7);
    expect(readFileSync(log, "utf8")).toContain("it is paused");
  });

  test.concurrent(
    "is silent where there is no cell, no root, no configuration and no log",
    async () => {
      const { root, cell, worktree: cwd } = place();
      expect(await hook(root, event("Stop"))).toEqual(SILENT);
      expect(await hook("/nowhere", event("Stop", { cwd }))).toEqual(SILENT);
      expect(await hook(root, event("Stop", { cwd }), ["--config=/nowhere"])).toEqual(SILENT);
      expect(readBeat(cell).seq).toBe(7);
      writeJson(cell, "meta/mission.json", "{");
      await run(["rm", "-r", join(cell, "logs")]);
      expect(await hook(root, event("Stop", { cwd }))).toEqual(SILENT);
    },
  );

  test.concurrent("does nothing for an event that it does not know", async () => {
    const { root, cell, worktree: cwd, log } = place();
    expect(await hook(root, event("Toast", { cwd }))).toEqual(SILENT);
    expect([readBeat(cell).seq, readFileSync(log, "utf8")]).toEqual([7, ""]);
  });

  test.concurrent(
    "does not wait for a stdin that stays open",
    async () => {
      const { root, log } = place();
      const before = performance.now();
      const child = Bun.spawn([...command(form, "heartbeat"), "hook", `--root=${root}`], {
        env: { ...(process.env as Record<string, string>), MISSION_ID: ID },
        stdin: "pipe",
      });
      await child.exited;
      expect(performance.now() - before).toBeLessThan(20_000);
      expect(readFileSync(log, "utf8")).toContain("no event");
    },
    40_000,
  );

  test.concurrent(
    "takes an event from a stdin that stays open",
    async () => {
      const { root, cell, worktree: cwd } = place();
      const child = Bun.spawn([...command(form, "heartbeat"), "hook", `--root=${root}`], {
        stdin: "pipe",
      });
      void child.stdin.write(JSON.stringify(event("Stop", { cwd })));
      await child.stdin.flush();
      expect(await child.exited).toBe(0);
      expect(readBeat(cell)).toMatchObject({ state: "idle", seq: 8 });
    },
    40_000,
  );

  test.concurrent("refuses a wrong flag with 64", async () => {
    expect(await hook("/nowhere", "", ["--frob"])).toMatchObject({ code: 64, stdout: "" });
    expect(await hook("/nowhere", "", ["--every=soon"])).toMatchObject({ code: 64, stdout: "" });
  });

  test.concurrent(
    "what it says stays when heartbeat run beats on",
    async () => {
      const { root, cell, worktree: cwd } = place();
      const args = [`--root=${root}`, ID, "--interval=1s", "--", "sleep", "4"];
      const child = startRun(form, args);
      await eventuallyIs(
        () => readBeat(cell).seq,
        (seq) => seq === 8,
      );
      await hook(root, tool("Bash", { timeout: 600_000, description: "Test" }, { cwd }));
      const { seq = 0 } = readBeat(cell);
      const later = await eventuallyIs(
        () => readBeat(cell),
        (beat) => (beat.seq ?? 0) >= seq + 2,
      );
      expect(later).toMatchObject({ state: "working", activity: { what: "Bash: Test" } });
      expect(later.interval_seconds).toBe(1);
      expect(await child.exited).toBe(0);
      expect(readBeat(cell)).toMatchObject({ state: "exiting" });
      expect(readBeat(cell).activity).toBeUndefined();
    },
    30_000,
  );
});

/** A session as it was recorded: prompts, and calls of tools in turn. */
function session(cwd: string): object[] {
  const calls = ["Read", "Bash", "Edit", "Grep", "mcp__github__get_issue", "Task", "Write", "Bash"];
  const events: object[] = [event("SessionStart", { cwd, source: "startup" })];
  for (let turn = 0; events.length < 198; turn++) {
    events.push(event("UserPromptSubmit", { cwd, prompt: "go on ".repeat(200) }));
    for (const name of calls) {
      const input = { command: "npm test", content: "x".repeat(20_000), timeout: 1000 * turn };
      events.push(tool(name, input, { cwd }));
      events.push(event("PostToolUse", { cwd, tool_name: name, tool_response: { stdout: "ok" } }));
    }
    events.push(event("Notification", { cwd, message: "Claude needs your permission" }));
    events.push(event("Stop", { cwd, stop_hook_active: false }));
  }
  return [...events.slice(0, 199), event("SessionEnd", { cwd, reason: "exit" })];
}

test.concurrent(
  "a session of 200 events keeps its cell healthy, and is silent",
  async () => {
    const { root, cell, worktree, log } = place();
    const argv = [...command("executable", "heartbeat"), "hook", `--root=${root}`];
    const events = session(worktree);
    expect(events).toHaveLength(200);
    const states: string[] = [];
    for (const each of events) {
      const ended = await run(argv, { input: JSON.stringify(each) });
      expect(ended).toEqual({ code: 0, stdout: "", stderr: "" });
      states.push(readBeat(cell).state);
    }
    expect(new Set(states)).toEqual(new Set(["idle", "working", "waiting", "exiting"]));
    expect(states.at(-1)).toBe("exiting");
    expect(readBeat(cell).seq).toBeLessThan(7 + 200);
    expect(readFileSync(log, "utf8")).toBe("");
    expect(readdirSync(join(cell, "state"))).toEqual(["heartbeat.json"]);
  },
  60_000,
);

test.concurrent(
  "two hundred hooks at once leave one whole beat",
  async () => {
    const { root, cell, worktree } = place();
    const argv = [...command("executable", "heartbeat"), "hook", `--root=${root}`, "--every=0"];
    const input = JSON.stringify(event("PostToolUse", { cwd: worktree }));
    for (let times = 0; times < 10; times++)
      await Promise.all(Array.from({ length: 20 }, () => run(argv, { input })));
    expect(readBeat(cell).state).toBe("working");
    expect(readdirSync(join(cell, "state"))).toEqual(["heartbeat.json"]);
  },
  60_000,
);

describe("what an event says", () => {
  test.concurrent.each([
    ["Bash", {}, "Bash", 120],
    ["Bash", { timeout: 1 }, "Bash", 11],
    ["Bash", { timeout: 600_000, run_in_background: true }, "Bash", 60],
    ["Bash", { timeout: -5 }, "Bash", 120],
    ["Bash", { timeout: 1e300 }, "Bash", 1e9],
    ["Bash", { description: "x".repeat(500) }, `Bash: ${"x".repeat(113)}…`, 120],
    ["Read", { file_path: "/x" }, "Read", 60],
    ["Task", { description: "Look" }, "Task: Look", 1800],
    ["toString", null, "toString", 1800],
    ["mcp__jira__create", { description: "hunter2", timeout: 30 }, "mcp__jira__create", 1800],
    ["Bash", { timeout: "long", description: 7 }, "Bash", 120],
    ["Bash", "text", "Bash", 120],
  ])("before a call of %s with %p", (name, input, what, expect_seconds) => {
    const said = saidBy({ hook_event_name: "PreToolUse", tool_name: name, tool_input: input });
    expect(said).toEqual({ state: "working", activity: { what, expect_seconds } });
  });

  test.concurrent.each(["constructor", "__proto__", "", "Toast"])("is nothing for %p", (name) => {
    expect(saidBy({ hook_event_name: name })).toBeUndefined();
  });

  test.concurrent.each([
    ["none before", undefined, false],
    ["the same, just before", { age: 1 }, true],
    ["the same, before the throttle", { age: 10 }, false],
    ["another state", { age: 1, state: "idle" }, false],
    ["a long step", { age: 1, activity: { what: "x", expect_seconds: 61 } }, false],
    ["a short step", { age: 1, activity: { what: "x", expect_seconds: 60 } }, true],
    ["one from the future", { age: -1 }, false],
  ])("is told already by a beat of %s", (_, last, told) => {
    const now = new Date("2026-03-01T12:00:00Z");
    const { age = 0, ...rest } = (last ?? {}) as { age?: number };
    const timestamp = new Date(now.getTime() - 1000 * age).toISOString();
    const beat: Heartbeat | undefined = last && { timestamp, state: "working", ...rest };
    expect(isTold({ state: "working" }, beat, 10, now)).toBe(told);
  });
});

/** The report of a scan. */
const scanOf = async (root: string) =>
  JSON.parse(
    (await run([...command("executable", "scan"), `--root=${root}`, "--json"])).stdout,
  ) as { cells: { status: string; state: string }[] };

describe("config/agents", () => {
  test.concurrent("claude-code.json calls the hook at every event that it understands", () => {
    const { hooks } = JSON.parse(readFileSync(join(AGENTS, "claude-code.json"), "utf8")) as {
      hooks: Record<string, { hooks: { type: string; command: string }[] }[]>;
    };
    for (const [name, matchers] of Object.entries(hooks)) {
      expect(saidBy({ hook_event_name: name })).toBeDefined();
      expect(matchers).toHaveLength(1);
      expect(matchers[0]?.hooks).toEqual([
        { type: "command", command: "heartbeat hook", timeout: 5 } as never,
      ]);
    }
    for (const name of ["PreToolUse", "PostToolUse", "Stop", "SessionEnd"])
      expect(Object.keys(hooks)).toContain(name);
  });

  test.concurrent("beat.sh beats while a command lives, and gives its exit code", async () => {
    const { root, cell } = place();
    const script = `. ${AGENTS}/beat.sh; INTERVAL=1; beat_while sh -c 'cat ${CELL_FILES.heartbeat}; sleep 1.5; cat ${CELL_FILES.heartbeat}; exit 7'`;
    const ended = await run(["sh", "-c", script], { cwd: cell, env: { CELL: cell } });
    expect(ended).toMatchObject({ code: 7, stderr: "" });
    expect(ended.stdout).toContain('"state": "working", "interval_seconds": 1}');
    expect((await scanOf(root)).cells[0]).toMatchObject({ status: "healthy", state: "exiting" });
  });

  const lack = lacking("python3");
  test.concurrent.skipIf(lack !== "")(`beat.py beats until its block ends${lack}`, async () => {
    const { root, cell } = place();
    const script = `
import json, sys, time
sys.path.insert(0, ${JSON.stringify(AGENTS)})
sys.dont_write_bytecode = True
from beat import Beats
with Beats(${JSON.stringify(cell)}, interval=0.5) as beats:
    beats.say("working", activity={"what": "build", "expect_seconds": 60})
    first = open(${JSON.stringify(join(cell, CELL_FILES.heartbeat))}).read()
    time.sleep(1.2)
    print(json.loads(first)["activity"]["what"], open(${JSON.stringify(join(cell, CELL_FILES.heartbeat))}).read() != first)
`;
    const ended = await run(["python3", "-c", script], { cwd: here });
    expect(ended).toEqual({ code: 0, stdout: "build True\n", stderr: "" });
    expect((await scanOf(root)).cells[0]).toMatchObject({ status: "healthy", state: "exiting" });
    expect(readdirSync(join(cell, "state"))).toEqual(["heartbeat.json"]);
  });
});

import { readdirSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, type Told, writeCell, writeJson } from "../tools/cells.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { eventuallyIs, readBeat, startRun } from "../tools/wrapped.ts";

// The machine may be busy with other tests.
setDefaultTimeout(600_000);

const ID = idOf(1);
const here = scratch();
let count = 0;

/** A root with one cell. */
function place(told: Told = { age: 9999, heartbeat: { seq: 7 } }) {
  const root = join(here, `root-${count++}`);
  const cell = writeCell(root, ID, told);
  return { root, cell, worktree: join(cell, "worktree"), log: join(cell, CELL_FILES.log) };
}

/** An event in Claude Code's format. */
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
    "beats in the cell around the event's directory, with the tool and its timeout",
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

  test.concurrent("beats in the cell of MISSION_ID, whatever the agent's directory", async () => {
    const { root, cell } = place();
    expect(await hook(root, event("Stop"), [], { MISSION_ID: ID })).toEqual(SILENT);
    expect(readBeat(cell)).toMatchObject({ state: "idle", seq: 8 });
  });

  test.concurrent("is throttled, except for changes of state and long calls", async () => {
    const { root, cell, worktree: cwd } = place();
    // An hour, because a busy machine takes long between two calls; the rules' tests have the default.
    const seqAfter = async (input: object, every = "--every=1h") => {
      expect(await hook(root, { ...input, cwd }, [every])).toEqual(SILENT);
      return readBeat(cell).seq;
    };
    // The last beat is older than an hour.
    expect(await seqAfter(event("UserPromptSubmit"))).toBe(8);
    expect(await seqAfter(tool("Read", { file_path: "/x" }))).toBe(8);
    expect(await seqAfter(event("PostToolUse"))).toBe(8);
    expect(await seqAfter(event("Stop"))).toBe(9);
    expect(await seqAfter(event("Stop"))).toBe(9);
    expect(await seqAfter(event("UserPromptSubmit"))).toBe(10);
    const build = {
      tool_name: "Bash",
      tool_input: { timeout: 300_000 },
      tool_use_id: "toolu_01",
    };
    expect(await seqAfter(event("PreToolUse", build))).toBe(11);
    expect(await seqAfter(tool("Read", {}, { tool_use_id: "toolu_02" }))).toBe(11);
    expect(await seqAfter(event("PostToolUse", build))).toBe(12);
    expect(await seqAfter(event("PostToolUse"), "--every=0")).toBe(13);
    expect(await seqAfter(event("SessionEnd"))).toBe(14);
    expect(readBeat(cell).state).toBe("exiting");
  });

  test.concurrent.each([
    ["no JSON", "{"],
    ["nothing", ""],
    ["no event", '{"x": 1}'],
    ["no text", "\u0000\u00ff"],
  ])("logs %s on stdin in the cell's log", async (_, input) => {
    const { root, log } = place();
    const env = { MISSION_ID: ID };
    expect(await hook(root, input, [], env)).toEqual(SILENT);
    const lines = readFileSync(log, "utf8").trim().split("\n");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      program: "heartbeat hook",
      event: "hook-failed",
      why: "Cannot read an event from stdin",
    });
    for (const [nth, time] of [0, Date.now() / 1000 + 86_400].entries()) {
      utimesSync(log, time, time);
      await hook(root, input, [], env);
      expect(readFileSync(log, "utf8").trim().split("\n")).toHaveLength(2 + nth);
    }
  });

  test.concurrent("logs that a mission is paused, and does not beat", async () => {
    const { root, cell, worktree: cwd, log } = place({ status: "paused", heartbeat: { seq: 7 } });
    expect(await hook(root, event("Stop", { cwd }))).toEqual(SILENT);
    expect(readBeat(cell).seq).toBe(7);
    expect(readFileSync(log, "utf8")).toContain("it is paused");
  });

  test.concurrent("is silent without a cell, a root, a configuration or a log", async () => {
    const { root, cell, worktree: cwd } = place();
    expect(await hook(root, event("Stop"))).toEqual(SILENT);
    expect(await hook("/nowhere", event("Stop", { cwd }))).toEqual(SILENT);
    expect(await hook(root, event("Stop", { cwd }), ["--config=/nowhere"])).toEqual(SILENT);
    expect(readBeat(cell).seq).toBe(7);
    writeJson(cell, "meta/mission.json", "{");
    await run(["rm", "-r", join(cell, "logs")]);
    expect(await hook(root, event("Stop", { cwd }))).toEqual(SILENT);
  });

  test.concurrent("ignores unknown events", async () => {
    const { root, cell, worktree: cwd, log } = place();
    expect(await hook(root, event("Toast", { cwd }))).toEqual(SILENT);
    expect([readBeat(cell).seq, readFileSync(log, "utf8")]).toEqual([7, ""]);
  });

  test.concurrent("does not wait for a stdin that stays open", async () => {
    const { root, log } = place();
    const child = Bun.spawn([...command(form, "heartbeat"), "hook", `--root=${root}`], {
      env: { ...(process.env as Record<string, string>), MISSION_ID: ID },
      stdin: "pipe",
    });
    await child.exited;
    expect(readFileSync(log, "utf8")).toContain("Cannot read an event from stdin");
  });

  test.concurrent("reads an event from a stdin that stays open", async () => {
    const { root, cell, worktree: cwd } = place();
    const child = Bun.spawn([...command(form, "heartbeat"), "hook", `--root=${root}`], {
      stdin: "pipe",
    });
    void child.stdin.write(JSON.stringify(event("Stop", { cwd })));
    await child.stdin.flush();
    expect(await child.exited).toBe(0);
    expect(readBeat(cell)).toMatchObject({ state: "idle", seq: 8 });
  });

  test.concurrent("rejects a wrong flag with 64", async () => {
    expect(await hook("/nowhere", "", ["--frob"])).toMatchObject({ code: 64, stdout: "" });
    expect(await hook("/nowhere", "", ["--every=soon"])).toMatchObject({ code: 64, stdout: "" });
  });

  test.concurrent("its content is repeated by the beats of heartbeat run", async () => {
    const { root, cell, worktree: cwd } = place();
    const args = [`--root=${root}`, ID, "--interval=1s", "--", "sleep", "600"];
    const child = startRun(form, args);
    await eventuallyIs(
      () => readBeat(cell).seq,
      (seq = 0) => seq > 7,
    );
    const tell = async () => {
      await hook(root, tool("Bash", { timeout: 600_000, description: "Test" }, { cwd }));
      const { seq = 0 } = readBeat(cell);
      return eventuallyIs(
        () => readBeat(cell),
        (beat) => (beat.seq ?? 0) >= seq + 2,
      );
    };
    // Beats take no lock: one that the wrapper writes at the same moment may replace the agent's.
    let later = await tell();
    for (let tries = 1; tries < 4 && later.activity === undefined; tries++) later = await tell();
    expect(later).toMatchObject({ state: "working", activity: { what: "Bash: Test" } });
    expect(later.interval_seconds).toBe(1);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(143);
    expect(readBeat(cell)).toMatchObject({ state: "exiting" });
    expect(readBeat(cell).activity).toBeUndefined();
  });
});

/** A recorded session: prompts, and tool calls one after the other. */
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

test.concurrent("a session of 200 events keeps its cell healthy, and is silent", async () => {
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
});

test.concurrent("two hundred concurrent hooks leave one complete beat", async () => {
  const { root, cell, worktree } = place();
  const argv = [...command("executable", "heartbeat"), "hook", `--root=${root}`, "--every=0"];
  const input = JSON.stringify(event("PostToolUse", { cwd: worktree }));
  for (let times = 0; times < 10; times++)
    await Promise.all(Array.from({ length: 20 }, () => run(argv, { input })));
  expect(readBeat(cell).state).toBe("working");
  expect(readdirSync(join(cell, "state"))).toEqual(["heartbeat.json"]);
});

/**
 * Which process the beats of `heartbeat hook` vouch for.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { eventuallyIs, readBeat, startRun } from "../tools/wrapped.ts";

// The machine may be busy with other tests.
setDefaultTimeout(600_000);

const ID = idOf(1);
const here = scratch();
let count = 0;
const started = new Set<Bun.Subprocess>();
afterAll(() => {
  for (const child of started) child.kill("SIGKILL");
});

/** An agent CLI: calls a shell command for each event, reports that, and continues. */
const CLI = join(here, "cli.ts");
writeFileSync(
  CLI,
  `const [hook, ...events] = process.argv.slice(2);
  for (const hook_event_name of events) {
    const input = new Blob([JSON.stringify({ hook_event_name, session_id: "s" + process.pid })]);
    await Bun.spawn(["sh", "-c", hook], { stdin: input, stdout: "inherit" }).exited;
  }
  console.log("done");
  await Bun.sleep(600_000);`,
);
/** A hook that is a program of its own: it hands its event to `heartbeat hook`. */
const HELPER = join(here, "helper.ts");
writeFileSync(
  HELPER,
  `console.log("helper", process.pid);
  const input = await Bun.stdin.text();
  await Bun.spawn(process.argv.slice(2), { stdin: new Blob([input]) }).exited;`,
);

/** Runs a CLI through its events; its stdin is a pipe if it is driven by another program. */
const session = async (hook: string, events: readonly string[], stdin: "ignore" | "pipe") => {
  const child = Bun.spawn([process.execPath, CLI, hook, ...events], {
    env: { ...(process.env as Record<string, string>), MISSION_ID: ID },
    stdin,
  });
  started.add(child);
  let said = "";
  for await (const chunk of child.stdout) {
    said += Buffer.from(chunk).toString();
    if (said.includes("done")) break;
  }
  return { child, said };
};

describe.each(FORMS)("heartbeat hook (%s) vouches", (form) => {
  const place = () => {
    const root = join(here, `root-${count++}`);
    const cell = writeCell(root, ID, { age: 9999, heartbeat: { seq: 7 } });
    const hook = [...command(form, "heartbeat"), "hook", `--root=${root}`].join(" ");
    return { root, cell, hook };
  };
  test.concurrent("for the CLI above shells and helpers, and beats on its events", async () => {
    const { cell, hook } = place();
    const { child } = await session(
      `cd / && timeout 600 env nice ${hook}; true`,
      ["Stop"],
      "ignore",
    );
    expect(readBeat(cell)).toMatchObject({
      state: "idle",
      on_events: true,
      pid: child.pid,
      process: { pid: child.pid, start_ticks: expect.any(Number) },
    });
    expect(readBeat(cell).runner).toBeUndefined();
  });

  test.concurrent("for the CLI, not for a hook that is a program of its own", async () => {
    const { cell, hook } = place();
    const line = `${process.execPath} ${HELPER} ${hook}; true`;
    const { child, said } = await session(line, ["SessionStart", "Stop"], "ignore");
    expect(said).toContain("helper");
    expect(readBeat(cell).process?.pid).toBe(child.pid);
  });

  test.concurrent(
    "from the second event at the latest for a CLI that reads from a pipe",
    async () => {
      const { cell, hook } = place();
      const { child } = await session(`${hook}; true`, ["UserPromptSubmit", "PreToolUse"], "pipe");
      expect(readBeat(cell).process?.pid).toBe(child.pid);
    },
  );

  test.concurrent.each(["PermissionRequest", "Notification"])("%s: it waits", async (event) => {
    const { cell, hook } = place();
    await session(`${hook}; true`, [event], "ignore");
    expect(readBeat(cell)).toMatchObject({ state: "waiting", on_events: true });
  });

  test.concurrent(
    "under heartbeat run for its command, and idle beats come at intervals",
    async () => {
      const { root, cell, hook } = place();
      const agent = ["--", process.execPath, CLI, `${hook}; true`, "Stop"];
      const env = { MISSION_ID: ID };
      const wrapper = startRun(form, [`--root=${root}`, ID, "--interval=1s", ...agent], env);
      const idle = await eventuallyIs(
        () => readBeat(cell),
        ({ state, on_events }) => state === "idle" && on_events === undefined,
      );
      expect(idle.runner?.pid).toBe(wrapper.pid);
      expect(idle.process?.pid).toBe(idle.pid ?? 0);
      wrapper.kill("SIGTERM");
      await wrapper.exited;
    },
  );

  test.concurrent(
    "for the CLI of this event, although an earlier beat vouched for another process",
    async () => {
      const { root, cell, hook } = place();
      const { child } = await session(`${hook}; true`, ["Stop"], "ignore");
      const beat = [...command(form, "heartbeat"), `--root=${root}`, ID, "--state=idle"];
      expect(await run(beat)).toMatchObject({ code: 0 });
      expect(readBeat(cell).process).toBeUndefined();
      const second = await session(`${hook}; true`, ["Stop"], "ignore");
      expect(readBeat(cell).process?.pid).toBe(second.child.pid);
      expect(second.child.pid).not.toBe(child.pid);
    },
  );

  test.concurrent("and names another agent CLI that beats in the cell, until it ends", async () => {
    const { root, cell, hook } = place();
    const one = await session(`${hook}; true`, ["UserPromptSubmit"], "ignore");
    expect(readBeat(cell).other_writer).toBeUndefined();
    const two = await session(`${hook}; true`, ["UserPromptSubmit", "Stop"], "ignore");
    const { pid, other_writer } = readBeat(cell);
    expect([pid, other_writer?.pid, other_writer?.run_id]).toEqual([
      two.child.pid,
      one.child.pid,
      `s${one.child.pid}`,
    ]);
    const report = await run([...command(form, "scan"), `--root=${root}`, "--json"]);
    expect(JSON.parse(report.stdout).cells[0].problems).toMatchObject([{ code: "two-writers" }]);
    for (const { child } of [one, two]) {
      child.kill("SIGKILL");
      await child.exited;
    }
    const three = await session(`${hook}; true`, ["UserPromptSubmit"], "ignore");
    expect(readBeat(cell)).toMatchObject({ pid: three.child.pid });
    expect(readBeat(cell).other_writer).toBeUndefined();
  });
});

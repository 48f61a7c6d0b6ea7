/**
 * What the beats of `heartbeat run` vouch for, and how they record the end.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kill } from "node:process";
import { describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf } from "../tools/cells.ts";
import { processFacts } from "../../lib/host/process.ts";
import { until } from "../tools/background.ts";
import { command, type Form, ONE_FORM, run, scratch } from "../tools/program.ts";
import { eventuallyIs, makePlace, runWrapped, startRun } from "../tools/wrapped.ts";

const ID = idOf(1);
const here = scratch();
let count = 0;
const place = () => makePlace(join(here, `root-${count++}`), ID);

/** Field 22 of a process's stat, whose name has no space. */
const startOf = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[21]);

/** Waits for a script that sets a trap to say that it has. */
const isReady = async ({ stdout }: ReturnType<typeof startRun>, script: string) =>
  script.startsWith("trap") ? stdout.getReader().read() : undefined;

const startedRun = async (form: Form, args: readonly string[]) => {
  const at = place();
  const child = startRun(form, [...at.places, ID, "--interval=1s", ...args]);
  const first = await eventuallyIs(
    () => at.beat(),
    ({ seq = 0 }) => seq > 7,
  );
  return { at, child, first };
};

describe.each(ONE_FORM)("the beats of heartbeat run (%s)", (form) => {
  test.concurrent("vouch for the command and for the wrapper, to the last", async () => {
    const { at, child, first } = await startedRun(form, ["--", "sleep", "600"]);
    const { process: agent, runner } = first;
    const pid = agent?.pid ?? 0;
    expect(readFileSync(`/proc/${pid}/cmdline`, "utf8")).toBe("sleep\u0000600\u0000");
    expect(agent?.start_ticks).toBe(startOf(pid));
    expect(runner).toMatchObject({ pid: child.pid, start_ticks: startOf(child.pid) });
    expect(agent?.boot_id).toBe(first.boot_id ?? "");
    expect(agent?.pid_namespace).toMatch(/^pid:\[\d+\]$/);
    child.kill("SIGTERM");
    await child.exited;
    expect(at.beat()).toMatchObject({ state: "exiting", process: agent, runner });
  });

  test.concurrent.each([
    ["exit 139", { code: 139 }],
    ["exit 0", { code: 0 }],
    ["kill -9 $$", { signal: "SIGKILL" }],
    // The wrapper received no signal: the command ended itself.
    ["kill $$", { signal: "SIGTERM" }],
    ["exit 143", { code: 143 }],
  ])("record the end by: %s", async (script, exit) => {
    const at = place();
    await runWrapped(form, [...at.places, ID, "--", "sh", "-c", script]);
    expect(at.beat().exit).toEqual({ ...exit, at: expect.any(String) });
    expect(Date.now() - Date.parse(at.beat().exit?.at ?? "")).toBeLessThan(600_000);
  });

  test.concurrent.each([
    ["SIGTERM", "exec sleep 600", { signal: "SIGTERM" }],
    ["SIGINT", "exec sleep 600", { signal: "SIGINT" }],
    ["SIGHUP", "exec sleep 600", { signal: "SIGHUP" }],
    ["SIGTERM", "trap 'exit 143' TERM; echo set; while :; do sleep 0.1; done", { code: 143 }],
  ] as const)("tell a forwarded %s from a crash (%s)", async (signal, script, exit) => {
    const { at, child } = await startedRun(form, ["--", "sh", "-c", script]);
    await isReady(child, script);
    child.kill(signal);
    await child.exited;
    expect(at.beat().exit).toEqual({ ...exit, at: expect.any(String), forwarded: true });
  });

  test.concurrent.each(["wrapper", "command"])(
    "tell a stop that signals each process of a service, the %s first, from a crash",
    async (first) => {
      const { at, child } = await startedRun(form, ["--", "sleep", "600"]);
      const agent = await eventuallyIs(
        () => at.beat().process?.pid ?? 0,
        (pid) => pid > 0,
      );
      const pids = first === "wrapper" ? [child.pid, agent] : [agent, child.pid];
      // The stopped wrapper learns of both signals at once when it continues.
      child.kill("SIGSTOP");
      for (const pid of pids) kill(pid, "SIGTERM");
      await until(() => processFacts(agent)?.state === "Z");
      child.kill("SIGCONT");
      await child.exited;
      const exit = { signal: "SIGTERM", at: expect.any(String), forwarded: true };
      expect(at.beat().exit).toEqual(exit);
    },
  );

  test.concurrent.each([
    ["SIGQUIT", "exec sleep 600", { signal: "SIGQUIT" }],
    ["SIGTERM", "trap 'exit 5' TERM; echo set; while :; do sleep 0.1; done", { code: 5 }],
  ] as const)("call the end after %s a crash: %s", async (signal, script, exit) => {
    const { at, child } = await startedRun(form, ["--", "sh", "-c", `ulimit -c 0; ${script}`]);
    await isReady(child, script);
    child.kill(signal);
    await child.exited;
    expect(at.beat().exit).toEqual({ ...exit, at: expect.any(String) });
  });

  test.concurrent("call the end by a time limit a failure", async () => {
    const at = place();
    await runWrapped(form, [...at.places, ID, "--timeout=1s", "--", "sleep", "600"]);
    expect(at.beat().exit).toEqual({ signal: "SIGTERM", at: expect.any(String) });
  });

  test.concurrent("survive a single beat from inside the command", async () => {
    const at = place();
    const beat = [...command(form, "heartbeat"), `--root=${at.root}`, ID, "--message=mine"];
    const file = join(at.cell, CELL_FILES.heartbeat);
    // The command starts without waiting for the first beat of its run.
    const wait = `until grep -q run_id ${file}; do sleep 0.05; done`;
    const script = `${wait}; ${beat.join(" ")}; cat ${file}; exit 0`;
    const { stdout } = await runWrapped(form, [...at.places, ID, "--", "sh", "-c", script]);
    const inside = JSON.parse(stdout) as object;
    const { process: agent, runner, run_id } = at.beat();
    expect(agent).toBeDefined();
    expect(inside).toMatchObject({ message: "mine", process: agent, runner, run_id });
  });

  test.concurrent("a beat from outside of the command does not vouch for the command", async () => {
    const { at, child } = await startedRun(form, ["--", "sleep", "600"]);
    const beat = [...command(form, "heartbeat"), `--root=${at.root}`, ID, "--json"];
    const outside = JSON.parse((await run(beat)).stdout) as object;
    expect(outside).not.toContainAnyKeys(["process", "runner"]);
    child.kill("SIGKILL");
    await child.exited;
  });

  test.concurrent("a later beat drops the end that was recorded", async () => {
    const at = place();
    await runWrapped(form, [...at.places, ID, "--", "sh", "-c", "exit 3"]);
    expect(at.beat().exit).toBeDefined();
    const beat = [...command(form, "heartbeat"), `--root=${at.root}`, ID, "--json"];
    expect(JSON.parse((await run(beat)).stdout)).not.toContainAnyKeys([
      "exit",
      "process",
      "runner",
    ]);
  });
});

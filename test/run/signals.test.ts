/**
 * Signals that reach `heartbeat run` in ways that a terminal and one kill(1) do not.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kill } from "node:process";
import { describe, expect, spyOn, test } from "bun:test";
import { processExists, processFacts } from "../../lib/host/process.ts";
import { forwardSignals } from "../../lib/run/signals.ts";
import { listProcesses } from "../../lib/host/process-list.ts";
import { until } from "../tools/background.ts";
import { lacking } from "../tools/needs.ts";
import { command, FORMS, scratch } from "../tools/program.ts";
import { PYTHON } from "../tools/python.ts";
import { SIGNAL_COUNTER } from "../tools/signal-counter.ts";
import { bareEnvironment } from "../tools/surroundings.ts";

const here = scratch();
const lack = lacking("python3");
const oldPath = join(here, "old");
mkdirSync(oldPath);
writeFileSync(join(oldPath, "env"), "#!/bin/sh\necho no such option >&2\nexit 125\n", {
  mode: 0o755,
});

describe("the wait for a signal that may arrive after the command's end", () => {
  test("takes one of a moment later", async () => {
    const signals = forwardSignals([]);
    signals.stop();
    const timer = setTimeout(() => kill(process.pid, "SIGTERM"), 20);
    expect(await signals.receivedWith("SIGTERM")).toContain("SIGTERM");
    clearTimeout(timer);
    signals.close();
  });

  test("ends without one, and does not begin where none is awaited", async () => {
    const signals = forwardSignals([]);
    signals.stop();
    expect([...(await signals.receivedWith("SIGTERM"))]).toEqual([]);
    const sleep = spyOn(Bun, "sleep");
    await signals.receivedWith(undefined);
    expect(sleep).not.toHaveBeenCalled();
    sleep.mockRestore();
    signals.close();
  });
});

/** Starts the counter of signals in a session of its own, and waits until it counts. */
async function start(prefix: readonly string[], path = process.env["PATH"] ?? "") {
  const child = Bun.spawn([...prefix, PYTHON, "-c", SIGNAL_COUNTER], {
    env: { ...bareEnvironment(), PATH: path },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
    detached: true,
  });
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let text = "";
  const read = async () => {
    const { value, done } = await reader.read();
    text += value === undefined ? "" : decoder.decode(value, { stream: true });
    return done;
  };
  while (!text.includes("ready\n")) await read();
  return {
    pid: child.pid,
    /** What the counter says at its end. */
    async ended() {
      while (!(await read()));
      await child.exited;
      return text.split("\n").slice(1, -1);
    },
  };
}

/** The processes of a session that live. */
const inSession = (session: number): number[] =>
  [...listProcesses().keys()].filter((pid) => processFacts(pid)?.session === session);

describe.each(FORMS)("heartbeat run (%s)", (form) => {
  const wrapper = [...command(form, "heartbeat"), "run", "--job=x"];
  const flags = [`--heartbeat-dir=${join(here, form)}`, "--"];
  const ways: readonly [string, readonly string[]][] = [
    ["bare", []],
    ["wrapped", [...wrapper, ...flags]],
  ];

  test.concurrent.skipIf(lack !== "").each(ways)(
    `lets a command get one SIGTERM when systemd signals each process of its unit: %s${lack}`,
    async (_, prefix) => {
      const run = await start(prefix);
      await until(() => prefix.length === 0 || inSession(run.pid).length > 3);
      for (const pid of [run.pid, ...inSession(run.pid).filter((each) => each !== run.pid)])
        kill(pid, "SIGTERM");
      expect(await run.ended()).toEqual(["worker got 15x1", "got 15x1"]);
    },
  );

  test.concurrent.skipIf(lack !== "")(
    `passes a signal on where env(1) cannot block signals${lack}`,
    async () => {
      const run = await start(ways[1]?.[1] ?? [], `${oldPath}:${process.env["PATH"]}`);
      kill(run.pid, "SIGTERM");
      expect(await run.ended()).toEqual(["worker got", "got 15x1"]);
    },
  );

  test.concurrent.skipIf(lack !== "")(
    `leaves no process behind when it is killed${lack}`,
    async () => {
      const run = await start(ways[1]?.[1] ?? []);
      const facts = () =>
        inSession(run.pid).map((pid) => ({ pid, parent: processFacts(pid)?.parent }));
      const ours = () => facts().filter(({ parent }) => parent === run.pid);
      await until(() => ours().length === 2);
      const [probe = 0, counter = 0] = ours()
        .map(({ pid }) => pid)
        .toSorted((a, b) => a - b);
      kill(run.pid, "SIGKILL");
      await until(() => !processExists(probe));
      expect(processExists(counter)).toBe(true);
      kill(counter, "SIGTERM");
      expect(await run.ended()).toEqual(["worker got", "got 15x1"]);
    },
  );
});

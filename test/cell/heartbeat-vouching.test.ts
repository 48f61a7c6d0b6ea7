/**
 * `heartbeat --process` and `--until`, and the warnings about values beyond the limits.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { parseDuration } from "../../lib/base/duration.ts";
import { limitWarnings } from "../../lib/cell/rules/limit-warnings.ts";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import type { Heartbeat } from "../../lib/contract/heartbeat.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { NOON, LIMITS } from "../tools/facts.ts";
import { command, ONE_FORM, run, scratch } from "../tools/program.ts";

const here = scratch();
const ID = idOf(1);
let count = 0;
let root: string;
beforeEach(() => {
  mkdirSync((root = join(here, `root-${count++}`)));
  writeCell(root, ID);
});

const readText = () => readFileSync(join(root, ID, CELL_FILES.heartbeat), "utf8");
const readBeat = () => JSON.parse(readText()) as Heartbeat;

describe.each(ONE_FORM)("heartbeat (%s)", (form) => {
  const beat = (...args: string[]) =>
    run([...command(form, "heartbeat"), "--root", root, ID, ...args]);

  test("vouches for the given process, and for none without --process", async () => {
    const start = Number(readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ")[19]);
    expect(await beat(`--process=${process.pid}`)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(readBeat().process).toEqual({
      boot_id: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
      pid: process.pid,
      start_ticks: start,
      pid_namespace: expect.stringMatching(/^pid:/),
      time_namespace: expect.stringMatching(/^time:/),
    });
    expect(readBeat().runner).toBeUndefined();
  });

  test("keeps the processes of its caller's tree, and drops others", async () => {
    // This test's process calls both.
    await beat(`--process=${process.pid}`);
    const { process: vouched } = readBeat();
    await beat("--message=from inside");
    expect(readBeat().process).toEqual(vouched);
    const other = Bun.spawn(["sleep", "600"]);
    await beat(`--process=${other.pid}`);
    await beat("--message=from elsewhere");
    other.kill("SIGKILL");
    expect(readBeat().process).toBeUndefined();
  });

  test("refuses to vouch for a process that is gone, and writes nothing", async () => {
    const gone = Bun.spawn(["true"]);
    await gone.exited;
    const before = readText();
    const { code, stderr } = await beat(`--process=${gone.pid}`);
    expect({ code, stderr }).toEqual({
      code: 66,
      stderr: `heartbeat: error: Cannot vouch for process ${gone.pid}: there is no such process\nheartbeat: hint: give the pid of the running agent, such as: --process $$\n`,
    });
    expect(readText()).toBe(before);
  });

  test.each([
    ["5h", 18_000],
    ["90", 90],
  ])("waits until %s from now", async (until, seconds) => {
    const before = Date.now();
    expect(await beat("--state=waiting", `--until=${until}`)).toMatchObject({
      code: 0,
      stderr: "",
    });
    const moment = Date.parse(readBeat().until ?? "");
    expect(moment).toBeWithin(before + 1000 * seconds - 1, Date.now() + 1000 * seconds + 1);
  });

  test("stores the end of a wait in UTC", async () => {
    await beat("--state=waiting", "--until=2026-01-31T12:00:00+02:00");
    expect(readBeat()).toMatchObject({ state: "waiting", until: "2026-01-31T10:00:00.000Z" });
  });

  test("warns about a limit that was exceeded, and beats", async () => {
    const asked = ["--activity=build", "--expect=5h", "--state=waiting", "--until=2d"];
    const { code, stderr } = await beat(...asked);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^heartbeat: --expect 5h exceeds the setting max_stale_after_seconds: 1h is granted\.[^\n]*\nheartbeat: --until \S+ exceeds the setting max_waiting_seconds: \S+ is granted\n$/,
    );
    expect(readBeat()).toMatchObject({ activity: { expect_seconds: 18_000 } });
  });

  test.each([
    ["--until=5h", "--until without --state waiting"],
    ["--state=waiting --until=31.01.2026", '"31.01.2026" for --until'],
    ["--state=waiting --until=2026-02-31T12:00:00Z", "for --until"],
    ["--process=0", '"0" for --process'],
    ["--process=-1", '"-1" for --process'],
    ["--process=x", '"x" for --process'],
    ["--process=", "--process"],
  ])("refuses %s with 64", async (flags, what) => {
    const before = readText();
    const { code, stderr } = await beat(...flags.split(" "));
    expect(code).toBe(64);
    expect(stderr).toContain(what);
    expect(readText()).toBe(before);
  });

  test.each(["--until=5h", "--process=1"])("refuses %s for a job", async (flag) => {
    const argv = [...command(form, "heartbeat"), "--root", root, "--job=x", flag];
    expect(await run(argv)).toMatchObject({ code: 64 });
  });
});

const at = (seconds: number) => new Date(NOON.getTime() + 1000 * seconds).toISOString();

describe("limitWarnings", () => {
  const beat = { timestamp: at(0), state: "waiting" };

  test("allows exactly the limit", () => {
    const activity = { what: "x", expect_seconds: 3600 };
    expect(limitWarnings({ activity, until: at(86_400) }, beat, LIMITS)).toEqual([]);
    const more = { activity: { ...activity, expect_seconds: 3601 }, until: at(86_401) };
    expect(limitWarnings(more, beat, LIMITS)).toHaveLength(2);
  });

  test("suggests a wait that heartbeat accepts", () => {
    const activity = { what: "x", expect_seconds: 5400 };
    const [text = ""] = limitWarnings({ activity }, beat, LIMITS);
    expect(parseDuration(text.split("--until ")[1] ?? "")).toBe(5400);
  });

  test("tells of a wait that has ended before it began", () => {
    expect(limitWarnings({ until: at(0) }, beat, LIMITS)).toEqual([
      `--until ${at(0)} has passed already: this beat announces no wait`,
    ]);
    expect(limitWarnings({ until: at(1) }, beat, LIMITS)).toEqual([]);
  });

  test("counts a wait from its first beat", () => {
    const later = { ...beat, state_since: at(-3600) };
    expect(limitWarnings({ until: at(86_400) }, later, LIMITS)).toEqual([
      expect.stringContaining(`${at(86_400 - 3600)} is granted`),
    ]);
  });
});

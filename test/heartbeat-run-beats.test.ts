import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { idOf, writeCell } from "./tools/cells.ts";
import { CAN_MOUNT, mountTmpfs, SPOILT } from "./tools/disk.ts";
import { command, FORMS, run, scratch } from "./tools/program.ts";
import { eventuallyIs, readBeat, readRecord, runWrapped, startRun } from "./tools/wrapped.ts";

const ID = idOf(1);
const here = scratch();
let count = 0;
let root: string;
let beats: string;
let cell: string;
beforeEach(() => {
  root = join(here, `root-${count++}`);
  beats = join(root, "beats");
  cell = writeCell(root, ID, { age: 9999, heartbeat: { seq: 7 } });
});
const places = () => [`--root=${root}`, `--heartbeat-dir=${beats}`];
const sh = (script: string) => ["--", "sh", "-c", script];

describe.each(FORMS)("heartbeat run (%s)", (form) => {
  test("beats at once and every interval, and says at the end how it ended", async () => {
    const child = startRun(form, [...places(), ID, "--interval=1s", ...sh("sleep 2.5; exit 3")]);
    const first = await eventuallyIs(
      () => readBeat(cell),
      ({ seq }) => seq === 8,
    );
    expect(first).toMatchObject({ state: "working", interval_seconds: 1, seq: 8 });
    expect(await child.exited).toBe(3);
    const last = readBeat(cell);
    expect(last).toMatchObject({ state: "exiting", message: "ended with 3", pid: first.pid });
    expect(last.run_id).toBe(first.run_id);
    expect(last.seq).toBeGreaterThanOrEqual(10);
  });

  test("writes the record of a job at its start and at its end", async () => {
    const args = ["--job=x", "--period=1d", "--grace=1h", ...sh("sleep 1; exit 3")];
    const child = startRun(form, [...places(), ...args]);
    const start = await eventuallyIs(
      () => readRecord(beats, "x"),
      () => true,
    );
    expect(start).toMatchObject({
      status: "running",
      interval_seconds: 86_400,
      grace_seconds: 3600,
      runner_pid: child.pid,
      pid_start: expect.any(Number),
    });
    expect(start.timestamp).toBe(start.started_at ?? "");
    await child.exited;
    expect(readRecord(beats, "x")).toMatchObject({
      ...start,
      timestamp: expect.any(String),
      status: "fail",
      exit_code: 3,
      ended_at: expect.any(String),
      duration_ms: expect.any(Number),
      cpu_ms: expect.any(Number),
      peak_memory_bytes: expect.any(Number),
    });
  });

  test("beats in a cell and writes a record in one run, under one run id", async () => {
    expect(await runWrapped(form, [...places(), ID, "--job=x", ...sh("sleep 0.5")])).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect(readBeat(cell).run_id).toBe(readRecord(beats, "x").run_id ?? "");
  });

  test("takes the mission from MISSION_ID, and from the directory it is in", async () => {
    await runWrapped(form, [...places(), ...sh("sleep 0.3")], { MISSION_ID: ID.toUpperCase() });
    expect(readBeat(cell).state).toBe("exiting");
    const seq = readBeat(cell).seq ?? 0;
    const argv = [...command(form, "heartbeat"), "run", ...places(), ...sh("pwd")];
    const worktree = join(cell, "worktree");
    expect(await run(argv, { cwd: worktree })).toEqual({
      code: 0,
      stdout: `${worktree}\n`,
      stderr: "",
    });
    expect(readBeat(cell).seq).toBeGreaterThan(seq);
  });

  test("does not beat for a command that is stopped", async () => {
    const child = startRun(form, [...places(), ID, "--interval=1s", "--", "sleep", "30"]);
    const { pid = 0 } = await eventuallyIs(
      () => readBeat(cell),
      (beat) => beat.seq === 8,
    );
    process.kill(pid, "SIGSTOP");
    await Bun.sleep(300);
    const before = readBeat(cell).seq ?? 0;
    await Bun.sleep(2500);
    expect(readBeat(cell).seq).toBe(before);
    process.kill(pid, "SIGCONT");
    await eventuallyIs(
      () => readBeat(cell).seq ?? 0,
      (now) => now > before,
    );
    child.kill("SIGTERM");
    expect(await child.exited).toBe(143);
  }, 30_000);

  test("stops beating when it is killed itself, though the command goes on", async () => {
    const args = [...places(), ID, "--job=x", "--interval=1s", "--", "sleep", "4"];
    const child = startRun(form, args);
    const record = await eventuallyIs(
      () => readRecord(beats, "x"),
      () => true,
    );
    await eventuallyIs(
      () => readBeat(cell),
      ({ seq }) => seq === 8,
    );
    child.kill("SIGKILL");
    await child.exited;
    const { seq } = readBeat(cell);
    await Bun.sleep(2500);
    expect(() => process.kill(record.pid ?? 0, 0)).not.toThrow();
    expect(readBeat(cell).seq).toBe(seq as number);
    expect(readRecord(beats, "x").status).toBe("running");
    process.kill(record.pid ?? 0, "SIGKILL");
  }, 30_000);

  test("records within a second that the command was killed", async () => {
    const child = startRun(form, [...places(), ID, "--job=x", "--", "sleep", "30"]);
    const { pid = 0 } = await eventuallyIs(
      () => readRecord(beats, "x"),
      () => true,
    );
    const killed = performance.now();
    process.kill(pid, "SIGKILL");
    await eventuallyIs(
      () => readRecord(beats, "x"),
      ({ status, signal }) => status === "fail" && signal === "SIGKILL",
    );
    expect(performance.now() - killed).toBeLessThan(1000);
    expect(await child.exited).toBe(137);
    expect(readBeat(cell)).toMatchObject({ state: "exiting", message: "ended with SIGKILL" });
  });

  test.each([
    ["no cell", () => idOf(9), "there is no such cell"],
    ["a paused cell", () => (writeCell(root, idOf(2), { status: "paused" }), idOf(2)), "paused"],
  ])("tells %s once on stderr, and runs the command", async (_, make, why) => {
    const args = [...places(), make(), "--interval=1s", ...sh("sleep 1.5; echo done; exit 4")];
    const { code, stdout, stderr } = await runWrapped(form, args);
    expect({ code, stdout }).toEqual({ code: 4, stdout: "done\n" });
    expect(stderr).toMatch(/^heartbeat run: [^\n]*\n$/);
    expect(stderr).toContain(why);
  });

  test("tells what is wrong with the configuration, and runs the command", async () => {
    const config = join(root, "config.json");
    writeFileSync(config, '{"rooot": "/x"}');
    const args = [`--config=${config}`, "--job=x", ...sh("echo done")];
    const { code, stdout, stderr } = await runWrapped(form, args);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "done\n" });
    expect(stderr).toMatch(/^heartbeat run: Cannot use the configuration [^\n]*rooot[^\n]*\n$/);
  });

  test.each([
    ["no cell", () => idOf(9), 66],
    ["a paused cell", () => (writeCell(root, idOf(2), { status: "paused" }), idOf(2)), 65],
  ])("starts nothing with --strict and %s", async (_, make, expected) => {
    const args = [...places(), make(), "--strict", ...sh("echo done")];
    const { code, stdout, stderr } = await runWrapped(form, args);
    expect({ code, stdout }).toEqual({ code: expected, stdout: "" });
    expect(stderr).toStartWith("heartbeat run: error: Cannot beat for mission ");
  });

  test("starts the command with --strict and a sound cell", async () => {
    const args = [...places(), ID, "--strict", ...sh("echo done")];
    expect(await runWrapped(form, args)).toEqual({ code: 0, stdout: "done\n", stderr: "" });
  });

  test.each([
    ["no command", ["--job=x"], "this call: there is no command"],
    ["nothing after --", ["--job=x", "--"], "this call: there is no command"],
    ["a command without --", ["--job=x", ID, "ls"], 'extra argument "ls"'],
    ["no cell and no job", ["--", "ls"], "tell which mission is meant"],
    ["a wrong id", ["x", "--", "ls"], '"x" as a mission id'],
    ["a wrong job", ["--job=../x", "--", "ls"], '"../x" for --job'],
    ["an interval of nothing", [ID, "--interval=0", "--", "ls"], '"0" for --interval'],
    ["a period without a job", [ID, "--period=1d", "--", "ls"], "--period without --job"],
    ["an unknown flag", [ID, "--frob", "--", "ls"], 'unknown flag "--frob"'],
  ])("refuses %s with 64, and starts nothing", async (_, args, what) => {
    const { code, stdout, stderr } = await runWrapped(form, [...places(), ...args]);
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toContain(
      `heartbeat run: error: Cannot ${what.startsWith("tell") ? "" : "use "}${what}`,
    );
  });

  test("refuses an argument that is not UTF-8 rather than to change it", async () => {
    const script = '"$@" "$(printf "\\377")"';
    const argv = [...command(form, "heartbeat"), "run", "--job=x", ...places(), "--", "echo"];
    const { code, stdout, stderr } = await run(["sh", "-c", script, "sh", ...argv]);
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toContain("an argument that is not UTF-8");
  });
});

describe.if(CAN_MOUNT)("heartbeat run on a spoilt disk", () => {
  test.each(SPOILT)("runs the command when the disk is $kind", async ({ spoil, why }) => {
    const disk = mountTmpfs("size=64k");
    mkdirSync(join(disk, "beats"));
    spoil(disk);
    const args = ["--job=x", `--heartbeat-dir=${join(disk, "beats")}`, ...sh("echo done; exit 5")];
    for (const form of FORMS) {
      const { code, stdout, stderr } = await runWrapped(form, args);
      expect({ code, stdout }).toEqual({ code: 5, stdout: "done\n" });
      expect(stderr.split("\n")).toHaveLength(2);
      expect(stderr).toContain(why);
    }
  });
});

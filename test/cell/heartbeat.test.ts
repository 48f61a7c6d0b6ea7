import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import * as v from "valibot";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { Heartbeat } from "../../lib/contract/heartbeat.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { modeOf } from "../tools/tree.ts";

const here = scratch();
const ID = idOf(1);
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

const readBeat = (path: string = CELL_FILES.heartbeat): Heartbeat =>
  v.parse(Heartbeat, JSON.parse(readFileSync(join(root, ID, path), "utf8")));
const missionStatus = () =>
  (JSON.parse(readFileSync(join(root, ID, CELL_FILES.mission), "utf8")) as { status: string })
    .status;

describe.each(FORMS)("heartbeat (%s)", (form) => {
  const call = (...args: string[]) => [...command(form, "heartbeat"), "--root", root, ...args];
  const beat = (...args: string[]) => run(call(ID, ...args));

  test("writes every field, and prints nothing", async () => {
    writeCell(root, ID);
    const started = Date.now();
    const flags = ["--state=waiting", "--message=for CI", "--interval=5m", "--progress=3/10"];
    const activity = ["--activity", "cargo build", "--expect", "30m"];
    expect(await beat(...flags, ...activity)).toEqual({ code: 0, stdout: "", stderr: "" });
    const written = readBeat();
    expect(written).toEqual({
      schema_version: 1,
      mission_id: ID,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      state: "waiting",
      seq: 2,
      host: readFileSync("/proc/sys/kernel/hostname", "utf8").trim(),
      boot_id: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
      pid: process.pid,
      run_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      interval_seconds: 300,
      message: "for CI",
      progress: { done: 3, total: 10 },
      activity: { what: "cargo build", expect_seconds: 1800 },
    });
    expect(Date.parse(written.timestamp)).toBeWithin(started - 1, Date.now() + 1);
  });

  test("prints with --json what it wrote; the state is working by default", async () => {
    writeCell(root, ID);
    const { stdout } = await beat("--json");
    expect(JSON.parse(stdout)).toEqual(readBeat());
    expect(readBeat()).toMatchObject({ state: "working", seq: 2 });
  });

  test("increments seq, and keeps run_id for the same caller only", async () => {
    writeCell(root, ID);
    const beats: Heartbeat[] = [];
    for (const prefix of [[], [], ["sh", "-c", '"$@"; exit', "sh"]]) {
      await run([...prefix, ...call(ID)]);
      beats.push(readBeat());
    }
    const [first, second, other] = beats;
    expect(beats.map(({ seq }) => seq)).toEqual([2, 3, 4]);
    expect(second?.run_id).toBe(first?.run_id ?? "");
    expect(other?.run_id).not.toBe(first?.run_id ?? "");
  });

  test("makes an initialized mission active with the first beat, and logs that", async () => {
    const cell = writeCell(root, ID, { status: "initialized" });
    expect(await beat()).toMatchObject({ code: 0 });
    expect(missionStatus()).toBe("active");
    const log = readFileSync(join(cell, CELL_FILES.log), "utf8");
    expect(JSON.parse(log)).toMatchObject({
      program: "heartbeat",
      event: "status",
      from: "initialized",
      to: "active",
    });
    await beat();
    expect(readFileSync(join(cell, CELL_FILES.log), "utf8")).toBe(log);
  });

  test.each([
    ["empty", (path: string) => writeFileSync(path, "")],
    ["malformed", (path: string) => writeFileSync(path, '{"timestamp": "2026-')],
    ["too large", (path: string) => writeFileSync(path, " ".repeat(100_000))],
    ["absent", () => {}],
    ["a FIFO", (path: string) => void Bun.spawnSync(["mkfifo", path])],
    ["a symlink", (path: string) => symlinkSync("../../../outside", path)],
  ])("replaces a heartbeat that is %s", async (_, put) => {
    writeFileSync(join(here, "outside"), "untouched");
    const file = join(writeCell(root, ID), CELL_FILES.heartbeat);
    rmSync(file);
    put(file);
    if (lstatSync(file, { throwIfNoEntry: false })?.isFile() === true) chmodSync(file, 0o640);
    expect(await beat()).toMatchObject({ code: 0, stderr: "" });
    expect(readBeat()).toMatchObject({ state: "working", seq: 1 });
    expect(modeOf(file)).toBe("100640");
    expect(readFileSync(join(here, "outside"), "utf8")).toBe("untouched");
  });

  test("writes to the heartbeat path of cell.json", async () => {
    const cell = writeCell(root, ID, { config: { heartbeat: "moved/beat.json" } });
    mkdirSync(join(cell, "moved"));
    renameSync(join(cell, CELL_FILES.heartbeat), join(cell, "moved/beat.json"));
    expect(await beat()).toMatchObject({ code: 0 });
    expect(readBeat("moved/beat.json")).toMatchObject({ seq: 2 });
    expect(readdirSync(join(cell, dirname(CELL_FILES.heartbeat)))).toEqual([]);
  });

  test("leaves one valid file after many concurrent beats", async () => {
    const cell = writeCell(root, ID);
    const file = CELL_FILES.heartbeat;
    const ended = await Promise.all(Array.from({ length: 10 }, () => beat("--message=x")));
    expect(ended.map(({ code }) => code)).toEqual(Array(10).fill(0));
    expect(readBeat()).toMatchObject({ mission_id: ID, message: "x" });
    expect(readdirSync(join(cell, dirname(file)))).toEqual([basename(file)]);
  });
});

import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import * as v from "valibot";
import { JobRecord } from "../../lib/contract/job.ts";
import { idOf } from "../tools/cells.ts";
import { IS_ROOT, NOBODY } from "../tools/privileges.ts";
import { command, ONE_FORM, run, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";
import { modeOf } from "../tools/tree.ts";

const here = scratch();
let count = 0;
let beats: string;
beforeEach(() => void (beats = join(here, `beats-${count++}`, "deep")));

const readRecord = (name: string): JobRecord =>
  v.parse(JobRecord, JSON.parse(readFileSync(join(beats, name), "utf8")));
const flags = (...args: string[]) => ["--heartbeat-dir", beats, ...args];

describe.each(ONE_FORM)("heartbeat --job (%s)", (form) => {
  const heartbeat = (...args: string[]) => run([...command(form, "heartbeat"), ...flags(...args)]);
  const refusedCall = (...args: string[]) => refused(form, "heartbeat", flags(...args));

  test("writes <job>.last with every field, and makes the directory", async () => {
    const said = ["--status=fail", "--interval=1d", "--message=disk full"];
    expect(await heartbeat("--job=backup", ...said)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(readdirSync(beats)).toEqual(["backup.last"]);
    expect(readRecord("backup.last")).toEqual({
      schema_version: 1,
      job: "backup",
      status: "fail",
      timestamp: expect.stringMatching(/Z$/),
      host: expect.any(String),
      boot_id: expect.any(String),
      pid: expect.any(Number),
      run_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      interval_seconds: 86_400,
      message: "disk full",
      last_end: {
        status: "fail",
        ended_at: expect.any(String),
        message: "disk full",
        run_id: expect.any(String),
      },
      failures_in_a_row: 1,
      runs: [],
      durations_ms: [],
    });
    expect(modeOf(join(beats, "backup.last"))).toBe("100640");
    expect(modeOf(beats)).toBe("40750");
  });

  test("is ok if it says nothing else, and prints with --json what it wrote", async () => {
    const { stdout } = await heartbeat("--job", "a_Job-1.x", "--json");
    expect(JSON.parse(stdout)).toEqual(readRecord("a_Job-1.x.last"));
    expect(readRecord("a_Job-1.x.last")).toMatchObject({ status: "ok" });
  });

  test("replaces the last record, and says so if that reported a failure", async () => {
    await heartbeat("--job=backup", "--status=fail", "--interval=1d");
    const said = await heartbeat("--job=backup", "--status=running");
    expect(said.stderr).toBe("");
    expect((await heartbeat("--job=backup", "--status=running")).stderr).toBe(
      'heartbeat: job "backup": 1 earlier run is recorded as running, besides this one\n',
    );
    expect((await heartbeat("--job=backup", "--status=ok")).stderr).toMatch(
      /^heartbeat: job "backup": replaced the "fail" of \d+s ago; ended 2 runs that were recorded as running\n$/,
    );
    expect(readdirSync(beats)).toEqual(["backup.last"]);
    const record = readRecord("backup.last");
    expect(record).toMatchObject({ status: "ok", interval_seconds: 86_400, runs: [] });
  });

  test.each(["../x", ".x", "-x", "a/b", "a b", "a\nb", "é", "x".repeat(101)])(
    "refuses the name %p with 64, and writes nothing",
    async (name) => {
      const said = await refusedCall(`--job=${name}`);
      expect(said).toMatchObject({
        code: 64,
        message: expect.stringContaining("for --job: Expected a name of letters, digits, dot"),
      });
      expect(existsSync(beats)).toBe(false);
    },
  );

  test.each([
    [["--state=idle"], "--state with --job"],
    [["--progress=1"], "--progress with --job"],
    [["--activity=x", "--expect=1"], "--activity with --job"],
    [[idOf(1)], `the mission id "${idOf(1)}" with --job`],
    [["--status=good"], '"good" for --status: Expected ("running" | "ok"'],
  ])("refuses %p with 64", async (args, what) => {
    const said = await refusedCall("--job=backup", ...args);
    expect(said.code).toBe(64);
    expect(said.message).toStartWith(`Cannot use ${what}`);
    expect(existsSync(beats)).toBe(false);
  });

  test.skipIf(!IS_ROOT)(
    "does not leave root's record to the owner of an earlier file of that name",
    async () => {
      mkdirSync(beats, { recursive: true });
      chmodSync(beats, 0o1777);
      writeFileSync(join(beats, "backup.last"), "");
      chownSync(join(beats, "backup.last"), NOBODY, NOBODY);
      const wrapper = [...command(form, "heartbeat"), "run", "--job=backup", ...flags("--capture")];
      const { code } = await run([...wrapper, "--", "echo", "secret"]);
      expect(code).toBe(0);
      expect(readRecord("backup.last")).toMatchObject({ output_file: "backup.output" });
      expect(statSync(join(beats, "backup.last"))).toMatchObject({
        uid: 0,
        gid: 0,
        mode: 0o100640,
      });
      expect(readFileSync(join(beats, "backup.output"), "utf8")).toBe("secret\n");
      expect(statSync(join(beats, "backup.output"))).toMatchObject({ uid: 0, mode: 0o100600 });
    },
  );

  test("exits 74 when the heartbeat directory is a file", async () => {
    mkdirSync(join(beats, ".."));
    writeFileSync(beats, "");
    const said = await refusedCall("--job=backup");
    expect(said).toEqual({
      code: 74,
      message: expect.stringContaining(`Cannot write "${beats}/backup.last": `),
      hint: "a file is where a directory should be: correct the path",
    });
  });

  test("exits 74 when a directory is in the record's place, and leaves it there", async () => {
    mkdirSync(join(beats, "backup.last"), { recursive: true });
    expect(await refusedCall("--job=backup")).toMatchObject({
      code: 74,
      hint: "a directory is where the file should be: check it, and remove it by hand",
    });
    expect(readdirSync(beats)).toEqual(["backup.last"]);
  });
});

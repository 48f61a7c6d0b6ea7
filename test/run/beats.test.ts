import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { CAN_MOUNT, mountTmpfs, SPOILT } from "../tools/disk.ts";
import { lacking } from "../tools/needs.ts";
import { asUser, CAN_BECOME_OTHERS, NOBODY } from "../tools/privileges.ts";
import { command, type Form, FORMS, run, scratch } from "../tools/program.ts";
import { eventuallyIs, runWrapped, startRun, makePlace } from "../tools/wrapped.ts";

const ID = idOf(1);
const here = scratch();
let count = 0;

const place = () => makePlace(join(here, `root-${count++}`), ID);
const sh = (script: string) => ["--", "sh", "-c", script];

/** Waits for the time of `beats` beats, counted in another cell. */
async function beatsElsewhere(form: Form, beats: number): Promise<void> {
  const at = place();
  const child = startRun(form, [...at.places, ID, "--interval=1s", "--", "sleep", "600"]);
  await eventuallyIs(
    () => at.beat().seq ?? 0,
    (seq) => seq > 8 + beats,
  );
  child.kill("SIGTERM");
  await child.exited;
}

describe.each(FORMS)("heartbeat run (%s)", (form) => {
  test.concurrent(
    "beats at once and every interval, and reports at the end how it ended",
    async () => {
      const at = place();
      const go = join(at.root, "go");
      const wait = sh(`until [ -e ${go} ]; do sleep 0.1; done; exit 3`);
      const child = startRun(form, [...at.places, ID, "--interval=1s", ...wait]);
      const first = await eventuallyIs(
        () => at.beat(),
        ({ seq = 0 }) => seq > 7,
      );
      expect(first).toMatchObject({ state: "working", interval_seconds: 1 });
      await eventuallyIs(
        () => at.beat().seq ?? 0,
        (seq) => seq >= 10,
      );
      writeFileSync(go, "");
      expect(await child.exited).toBe(3);
      const last = at.beat();
      expect(last).toMatchObject({ state: "exiting", message: "ended with 3", pid: first.pid });
      expect(last.run_id).toBe(first.run_id);
      expect(last.seq).toBeGreaterThan(10);
    },
  );

  test.concurrent("reports once what every beat leaves to the next", async () => {
    const at = place();
    writeCell(at.root, ID, { status: "initialized", age: 9999 });
    const args = [...at.places, ID, "--interval=1s", "--", "/bin/sleep", "2.5"];
    // Without flock(1) nobody can change the mission's status.
    const PATH = join(import.meta.dir, "../../node_modules/.bin");
    const { code, stderr } = await runWrapped(form, args, { PATH });
    expect(at.beat().seq).toBeGreaterThanOrEqual(3);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        "heartbeat run: the beat is written, and the next one makes the mission active: Cannot lock the cell: flock is not installed\n",
    });
  });

  test.concurrent("writes a job's record at its start and end", async () => {
    const at = place();
    const go = join(at.root, "go");
    const wait = sh(`until [ -e ${go} ]; do sleep 0.1; done; exit 3`);
    const args = ["--job=x", "--period=1d", "--grace=1h", ...wait];
    const child = startRun(form, [...at.places, ...args]);
    const start = await eventuallyIs(
      () => at.record(),
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
    writeFileSync(go, "");
    await child.exited;
    expect(at.record()).toMatchObject({
      ...start,
      runs: [],
      timestamp: expect.any(String),
      status: "fail",
      exit_code: 3,
      ended_at: expect.any(String),
      duration_ms: expect.any(Number),
      cpu_ms: expect.any(Number),
      peak_memory_bytes: expect.any(Number),
    });
  });

  test.concurrent("beats in a cell and writes a record in one run, under one run id", async () => {
    const at = place();
    expect(await runWrapped(form, [...at.places, ID, "--job=x", ...sh("sleep 0.5")])).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect(at.beat().run_id).toBe(at.record().run_id ?? "");
  });

  test.concurrent("finds the mission by MISSION_ID, or by the working directory", async () => {
    const at = place();
    await runWrapped(form, [...at.places, ...sh("sleep 0.3")], { MISSION_ID: ID.toUpperCase() });
    expect(at.beat().state).toBe("exiting");
    const seq = at.beat().seq ?? 0;
    const argv = [...command(form, "heartbeat"), "run", ...at.places, ...sh("pwd")];
    const worktree = join(at.cell, "worktree");
    expect(await run(argv, { cwd: worktree })).toEqual({
      code: 0,
      stdout: `${worktree}\n`,
      stderr: "",
    });
    expect(at.beat().seq).toBeGreaterThan(seq);
  });

  test.concurrent("repeats the agent's own beat, also one with our sequence number", async () => {
    const at = place();
    const child = startRun(form, [...at.places, ID, "--interval=1s", "--", "sleep", "30"]);
    const ours = await eventuallyIs(
      () => at.beat(),
      ({ seq = 0 }) => seq > 7,
    );
    const theirs = { ...ours, run_id: crypto.randomUUID(), state: "waiting", message: "mine" };
    writeFileSync(join(at.cell, CELL_FILES.heartbeat), JSON.stringify(theirs));
    const next = await eventuallyIs(
      () => at.beat(),
      ({ seq = 0 }) => seq > (ours.seq ?? 0),
    );
    expect(next).toMatchObject({ state: "waiting", message: "mine" });
    child.kill("SIGTERM");
    await child.exited;
  });

  test.concurrent(
    "does not beat for a command that is stopped",
    async () => {
      const at = place();
      const child = startRun(form, [...at.places, ID, "--interval=1s", "--", "sleep", "600"]);
      const { pid = 0 } = await eventuallyIs(
        () => at.beat(),
        ({ seq = 0 }) => seq > 7,
      );
      process.kill(pid, "SIGSTOP");
      const before = at.beat().seq ?? 0;
      await beatsElsewhere(form, 5);
      // One beat may have been under way.
      expect(at.beat().seq).toBeLessThanOrEqual(before + 1);
      process.kill(pid, "SIGCONT");
      await eventuallyIs(
        () => at.beat().seq ?? 0,
        (now) => now > before + 1,
      );
      child.kill("SIGTERM");
      expect(await child.exited).toBe(143);
    },
    600_000,
  );

  test.concurrent(
    "stops beating when it is killed, even if the command still runs",
    async () => {
      const at = place();
      const args = [...at.places, ID, "--job=x", "--interval=1s", "--", "sleep", "600"];
      const child = startRun(form, args);
      const record = await eventuallyIs(
        () => at.record(),
        () => true,
      );
      await eventuallyIs(
        () => at.beat(),
        ({ seq = 0 }) => seq > 7,
      );
      child.kill("SIGKILL");
      await child.exited;
      const { seq } = at.beat();
      await beatsElsewhere(form, 3);
      expect(() => process.kill(record.pid ?? 0, 0)).not.toThrow();
      expect(at.beat().seq).toBe(seq as number);
      expect(at.record().status).toBe("running");
      process.kill(record.pid ?? 0, "SIGKILL");
    },
    600_000,
  );

  test.concurrent("survives a hangup under nohup, with a heartbeat_writer as well", async () => {
    const at = place();
    const writer = JSON.stringify(["sh", "-c", `cat >>${join(at.root, "written")}`]);
    const flags = [...at.places, ID, "--job=x", "--interval=1s", `--heartbeat-writer=${writer}`];
    const go = join(at.root, "go");
    const wait = `until [ -e ${go} ]; do sleep 0.1; done; echo done`;
    const argv = [...command(form, "heartbeat"), "run", ...flags, ...sh(wait)];
    const child = Bun.spawn(["sh", "-c", 'trap "" HUP; exec "$@"', "sh", ...argv], {
      stdin: "ignore",
      stdout: "pipe",
    });
    const written = () => readFileSync(join(at.root, "written"), "utf8");
    await eventuallyIs(written, (text) => text.includes("running"));
    const beats = async () => {
      const { seq: before } = at.beat();
      await eventuallyIs(
        () => at.beat().seq,
        (seq) => seq !== before,
      );
    };
    await beats();
    child.kill("SIGHUP");
    await beats();
    writeFileSync(go, "");
    expect(await child.stdout.text()).toBe("done\n");
    expect(await child.exited).toBe(0);
    expect(written()).toContain('"status": "ok"');
  });

  test.concurrent("records a killed command at once, not with the next beat", async () => {
    const at = place();
    const child = startRun(form, [
      ...at.places,
      ID,
      "--job=x",
      "--interval=20m",
      "--",
      "sleep",
      "3600",
    ]);
    const { pid = 0 } = await eventuallyIs(
      () => at.record(),
      () => true,
    );
    process.kill(pid, "SIGKILL");
    await eventuallyIs(
      () => at.record(),
      ({ status, signal }) => status === "fail" && signal === "SIGKILL",
    );
    expect(await child.exited).toBe(137);
    expect(at.beat()).toMatchObject({ state: "exiting", message: "ended with SIGKILL" });
  });

  test.concurrent.each([
    ["no cell", () => idOf(9), "there is no such cell"],
    [
      "a paused cell",
      (root: string) => (writeCell(root, idOf(2), { status: "paused" }), idOf(2)),
      "paused",
    ],
  ])("tells %s once on stderr, and runs the command", async (_, make, why) => {
    const at = place();
    const args = [
      ...at.places,
      make(at.root),
      "--interval=1s",
      ...sh("sleep 1.5; echo done; exit 4"),
    ];
    const { code, stdout, stderr } = await runWrapped(form, args);
    expect({ code, stdout }).toEqual({ code: 4, stdout: "done\n" });
    expect(stderr).toMatch(/^heartbeat run: [^\n]*\n$/);
    expect(stderr).toContain(why);
  });

  describe.each([
    ["an unknown key", '{"rooot": "/x", "heartbeat_dir": "BEATS"}', {}, "rooot: "],
    ["a wrong value", '{"root": 7, "heartbeat_dir": "BEATS"}', {}, "root: "],
    ["no JSON", "{", { LAZARUS_PIT_HEARTBEAT_DIR: "BEATS" }, "it was cut off"],
    ["no file", undefined, { LAZARUS_PIT_HEARTBEAT_DIR: "BEATS" }, "no such file"],
    [
      "age limits out of order",
      '{"stale_after_seconds": 7200, "heartbeat_dir": "BEATS"}',
      {},
      "out of order",
    ],
    [
      "a wrong variable",
      '{"heartbeat_dir": "BEATS"}',
      { LAZARUS_PIT_STALE_AFTER_SECONDS: "x" },
      "LAZARUS_PIT_STALE_AFTER_SECONDS",
    ],
  ])("with a configuration that has %s", (_, file, env, why) => {
    const set = (at: ReturnType<typeof place>) => {
      const config = join(at.root, "config.json");
      const beats = join(at.root, "beats");
      if (file !== undefined) writeFileSync(config, file.replace("BEATS", beats));
      const given = Object.entries(env).map(([name, text]) => [name, text.replace("BEATS", beats)]);
      return {
        flags: [`--config=${config}`],
        env: Object.fromEntries(given) as Record<string, string>,
      };
    };

    test.concurrent.each([[], ["--lock=fail"]])(
      "runs a job %p, and records it where the valid settings say",
      async (...lock) => {
        const at = place();
        const { flags, env: given } = set(at);
        const args = [...flags, "--job=x", ...lock, ...sh("echo done; exit 3")];
        const { code, stdout, stderr } = await runWrapped(form, args, given);
        expect({ code, stdout }).toEqual({ code: 3, stdout: "done\n" });
        const made = /^heartbeat run: created "[^\n"]*beats": [^\n]*\n/m;
        expect(made.test(stderr)).toBe(lock.length > 0);
        expect(stderr.replace(made, "")).toMatch(
          /^heartbeat run: [^\n]*; using root "[^\n"]*", [^\n]*beats"\n$/,
        );
        expect(stderr).toContain(why);
        expect(at.record()).toMatchObject({ status: "fail", exit_code: 3 });
      },
    );

    test.concurrent("runs a command without beats if the surrounding cell is unknown", async () => {
      const at = place();
      const { flags, env: given } = set(at);
      const args = [...flags, "--stuck-after=1h", "--", "echo", "done"];
      const { code, stdout, stderr } = await runWrapped(form, args, given);
      expect({ code, stdout }).toEqual({ code: 0, stdout: "done\n" });
      expect(stderr.trim().split("\n")).toHaveLength(2);
    });

    test.concurrent("starts nothing with --strict", async () => {
      const at = place();
      const { flags, env: given } = set(at);
      const args = [...flags, ID, "--strict", ...sh("echo done")];
      expect(await runWrapped(form, args, given)).toMatchObject({ code: 78, stdout: "" });
    });
  });

  test.concurrent.each([
    ["no cell", () => idOf(9), 66],
    [
      "a paused cell",
      (root: string) => (writeCell(root, idOf(2), { status: "paused" }), idOf(2)),
      65,
    ],
  ])("starts nothing with --strict and %s", async (_, make, expected) => {
    const at = place();
    const args = [...at.places, make(at.root), "--strict", ...sh("echo done")];
    const { code, stdout, stderr } = await runWrapped(form, args);
    expect({ code, stdout }).toEqual({ code: expected, stdout: "" });
    expect(stderr).toStartWith("heartbeat run: error: Cannot beat for mission ");
  });

  test.concurrent("starts the command with --strict and a sound cell", async () => {
    const at = place();
    const args = [...at.places, ID, "--strict", ...sh("echo done")];
    expect(await runWrapped(form, args)).toEqual({ code: 0, stdout: "done\n", stderr: "" });
  });

  test.concurrent(
    "leaves no working beat with --strict if the command cannot be started",
    async () => {
      const at = place();
      const args = [...at.places, ID, "--strict", "--", "no-such-program"];
      expect((await runWrapped(form, args)).code).toBe(127);
      expect(at.beat()).toMatchObject({ state: "exiting", exit: { code: 127 } });
    },
  );

  test.concurrent.each([
    ["no-such-program", 127],
    ["/etc", 126],
  ])("records that %s could not be started: %d", async (program, code) => {
    const at = place();
    expect((await runWrapped(form, [...at.places, ID, "--", program])).code).toBe(code);
    expect(at.beat().state).toBe("exiting");
    expect(at.beat().exit).toEqual({ code, at: expect.any(String) });
    expect(at.beat().process).toBeUndefined();
  });

  test.concurrent.each([
    ["no command", ["--job=x"], "Missing command"],
    ["nothing after --", ["--job=x", "--"], "Missing command"],
    ["a command without --", ["--job=x", ID, "ls"], 'Unexpected argument: "ls"'],
    ["no cell and no job", ["--", "ls"], "Missing mission id"],
    ["a wrong id", ["x", "--", "ls"], '"x" as a mission id'],
    ["a wrong job", ["--job=../x", "--", "ls"], '"../x" for --job'],
    ["an interval of nothing", [ID, "--interval=0", "--", "ls"], '"0" for --interval'],
    ["a period without a job", [ID, "--period=1d", "--", "ls"], "--period without --job"],
    ["a lock without a job", [ID, "--lock=skip", "--", "ls"], "--lock without --job"],
    ["strictness without a cell", ["--job=x", "--strict", "--", "ls"], "--strict without a cell"],
    ["an unknown flag", [ID, "--frob", "--", "ls"], 'Unknown flag: "--frob"'],
  ])("refuses %s with 64, and starts nothing", async (_, args, what) => {
    const at = place();
    const { code, stdout, stderr } = await runWrapped(form, [...at.places, ...args]);
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toMatch(/^heartbeat run: error: /);
    expect(stderr).toContain(what);
  });

  test.concurrent("refuses an argument that is not UTF-8 instead of changing it", async () => {
    const at = place();
    const script = '"$@" "$(printf "\\377")"';
    const argv = [...command(form, "heartbeat"), "run", "--job=x", ...at.places, "--", "echo"];
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

const lack = CAN_BECOME_OTHERS ? lacking("unshare", "setpriv") : " (skipped: needs root)";

describe.skipIf(lack !== "")(`heartbeat run of a command that /proc hides${lack}`, () => {
  test("beats while it runs, and does not take it for stuck", async () => {
    const at = place();
    const sleep = join(at.root, "sleep");
    copyFileSync("/bin/sleep", sleep);
    chmodSync(sleep, 0o4755);
    for (const path of [here, at.root]) chmodSync(path, 0o755);
    Bun.spawnSync(["chown", "-R", `${NOBODY}`, at.cell]);
    const hidden = 'mount -t proc -o hidepid=2 proc /proc; exec "$@"';
    const flags = [...at.places, ID, "--interval=1s", "--stuck-after=2s", "--", sleep, "600"];
    const argv = [...command("executable", "heartbeat"), "run", ...flags];
    const before = ["unshare", "--mount", "sh", "-c", hidden, "sh", ...asUser(NOBODY)];
    const child = Bun.spawn([...before, ...argv], { stdio: ["ignore", "ignore", "inherit"] });
    try {
      // Eventually, because a wrapper that gets no CPU for 2 s cannot tell either.
      await eventuallyIs(
        () => at.beat(),
        ({ seq = 0, state }) => seq > 13 && state === "working",
      );
    } finally {
      child.kill("SIGKILL");
      await child.exited;
      const { process: left } = at.beat();
      if (left !== undefined) process.kill(left.pid, "SIGKILL");
    }
  });
});

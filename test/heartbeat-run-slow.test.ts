/**
 * What takes its time: hanging writers, slow readers, commands that do nothing. All of
 * it is waited for at once.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf } from "./tools/cells.ts";
import { command, FORMS, run, scratch } from "./tools/program.ts";
import { refusalOf } from "./tools/refusal.ts";
import { eventuallyIs, readBeat, runWrapped, startRun, makePlace } from "./tools/wrapped.ts";

const ID = idOf(1);
const here = scratch();
let count = 0;

const place = () => makePlace(join(here, `root-${count++}`), ID);
const sh = (script: string) => ["--", "sh", "-c", script];

describe.each(FORMS)("a writer of records that hangs (%s)", (form) => {
  test.concurrent(
    "holds a run up for 5 s at most",
    async () => {
      const at = place();
      const pids = join(at.root, "pids");
      const writer = JSON.stringify(["sh", "-c", `echo $$ >>${pids}; exec sleep 60`]);
      const flags = ["--job=x", `--heartbeat-writer=${writer}`];
      const before = performance.now();
      const { code, stderr } = await runWrapped(form, [...at.places, ...flags, ...sh("exit 3")]);
      expect(code).toBe(3);
      expect(performance.now() - before).toBeLessThan(20_000);
      expect(stderr).toBe(
        [
          'heartbeat run: Cannot write the heartbeat: "sh" took too long',
          "heartbeat run: Gave up recording the end after 5 s\n",
        ].join("\n"),
      );
      const started = readFileSync(pids, "utf8").trim().split("\n");
      expect(started).toHaveLength(2);
      await eventuallyIs(
        () => started.some((pid) => existsSync(`/proc/${pid}`)),
        (isThere) => !isThere,
      );
    },
    30_000,
  );

  test.concurrent(
    "on the start is ended, with all under it, and the end recorded after it",
    async () => {
      const at = place();
      const written = join(at.root, "written");
      // What it starts would write the start's record when the end's has long been written.
      const late = `text=$(cat); case $text in *running*) sleep 4;; esac; echo "$text" >>${written}`;
      const writer = JSON.stringify(["sh", "-c", `cat | sh -c '${late}'`]);
      const flags = ["--job=x", `--heartbeat-writer=${writer}`];
      const { code, stderr } = await runWrapped(form, [...at.places, ...flags, ...sh("exit 3")]);
      expect(code).toBe(3);
      expect(stderr).toBe('heartbeat run: Cannot write the heartbeat: "sh" took too long\n');
      const { status } = JSON.parse(readFileSync(written, "utf8")) as { status: string };
      expect(status).toBe("fail");
      await Bun.sleep(4000);
      expect(readFileSync(written, "utf8")).not.toContain("running");
    },
    30_000,
  );
});

test.concurrent(
  "a heartbeat_writer that hangs is ended after 10 seconds",
  async () => {
    const hanging = `--heartbeat-writer=${JSON.stringify(["sh", "-c", "sleep 15; true"])}`;
    const ended = await Promise.all(
      FORMS.map((form) => run([...command(form, "heartbeat"), "--job=backup", hanging])),
    );
    const message = 'Cannot write the heartbeat: "sh" took more than 10 s';
    expect(ended.map((each) => refusalOf("heartbeat", each))).toEqual(
      FORMS.map(() => ({ code: 69, message, hint: expect.any(String) as string })),
    );
  },
  60_000,
);

test.concurrent.each(FORMS)(
  "a full stderr that nobody reads holds up no time limit (%s)",
  async (form) => {
    const { root } = place();
    const pipe = join(root, "pipe");
    // dd ends when the pipe takes no more.
    const script = `mkfifo ${pipe}; exec 3<>${pipe}
      dd if=/dev/zero of=${pipe} bs=4096 oflag=nonblock 2>${root}/dd; timeout -s KILL 15 "$@" 2>&3`;
    const argv = [...command(form, "heartbeat"), "run", "--job=x", "--heartbeat-dir=/proc/nowhere"];
    const wrapped = [...argv, "--timeout=1s", "--", "sleep", "20"];
    const { code } = await run(["sh", "-c", script, "sh", ...wrapped]);
    expect(code).toBe(143);
  },
  30_000,
);

describe.each(FORMS)("heartbeat run --capture (%s)", (form) => {
  test.concurrent(
    "loses nothing to a reader that is slow, nor waits for what writes on and on",
    async () => {
      const at = place();
      const argv = (...rest: string[]) =>
        [
          ...command(form, "heartbeat"),
          "run",
          ...at.places,
          "--job=x",
          "--capture",
          ...rest,
        ] as const;
      const slowly = ["sh", "-c", '"$@" | (sleep 3; wc -c)', "sh"];
      const { stdout } = await run([...slowly, ...argv("--", "head", "-c", "150000", "/dev/zero")]);
      expect(stdout.trim()).toBe("150000");
      expect(at.record()).toMatchObject({ status: "ok" });
      const script = "(for n in $(seq 80); do echo x; sleep 0.5; done) & echo first";
      const child = startRun(form, [...at.places, "--job=x", "--capture", ...sh(script)]);
      expect(await child.exited).toBe(0);
    },
    30_000,
  );
});

describe.each(FORMS)("heartbeat run --stuck-after (%s)", (form) => {
  const start = (script: string, more: readonly string[] = []) => {
    const { cell, places } = place();
    const flags = [...places, ID, "--interval=1s", "--stuck-after=2s", ...more];
    return { cell, child: startRun(form, [...flags, ...sh(script)]) };
  };

  test.concurrent(
    "says stuck of what neither works nor writes, and takes it back",
    async () => {
      const { cell, child } = start("sleep 6; for n in 1 2 3 4 5 6; do echo x; sleep 0.5; done");
      await eventuallyIs(
        () => readBeat(cell).state,
        (state) => state === "stuck",
      );
      await eventuallyIs(
        () => readBeat(cell).state,
        (state) => state === "working",
      );
      expect(await child.exited).toBe(0);
    },
    30_000,
  );

  test.concurrent.each([
    ["grandchild works", 'timeout 4 sh -c "while :; do :; done"; exit 0', []],
    [
      "orphan works in its group",
      '(timeout --foreground 4 sh -c "while :; do :; done" &); exec sleep 4.5',
      ["--timeout=1h"],
    ],
  ])(
    "does not say so of a shell whose %s",
    async (_, script, more) => {
      const { cell, child } = start(script, more);
      const states = new Set<string>();
      for (let ended = false; !ended; await Bun.sleep(100)) {
        states.add(readBeat(cell).state);
        ended = child.exitCode !== null;
      }
      expect([...states]).toEqual(["working", "exiting"]);
    },
    30_000,
  );
});

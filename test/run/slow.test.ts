/**
 * Slow cases, which run concurrently: hanging writers, slow readers, idle commands.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf } from "../tools/cells.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { refusalOf } from "../tools/refusal.ts";
import { eventuallyIs, readBeat, runWrapped, startRun, makePlace } from "../tools/wrapped.ts";

const ID = idOf(1);
const here = scratch();
let count = 0;

const place = () => makePlace(join(here, `root-${count++}`), ID);
const sh = (script: string) => ["--", "sh", "-c", script];

describe.each(FORMS)("a hanging writer of records (%s)", (form) => {
  test.concurrent(
    "delays a run by 5 s at most",
    async () => {
      const at = place();
      const pids = join(at.root, "pids");
      const writer = JSON.stringify(["sh", "-c", `echo $$ >>${pids}; exec sleep 600`]);
      const flags = ["--job=x", `--heartbeat-writer=${writer}`];
      const { code, stderr } = await runWrapped(form, [...at.places, ...flags, ...sh("exit 3")]);
      expect(code).toBe(3);
      expect(stderr).toBe(
        [
          'heartbeat run: Cannot write the job record: "sh" took too long',
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
    600_000,
  );

  test.concurrent(
    "at the start is killed with its children, and the end is recorded after it",
    async () => {
      const at = place();
      const written = join(at.root, "written");
      // If its children survived, one would write the start's record long after the end's.
      const pids = join(at.root, "pids");
      const wait = `echo $$ >>${pids}; sleep 600`;
      const late = `text=$(cat); case $text in *running*) ${wait};; esac; echo "$text" >>${written}`;
      const writer = JSON.stringify(["sh", "-c", `cat | sh -c '${late}'`]);
      const flags = ["--job=x", `--heartbeat-writer=${writer}`];
      const { code, stderr } = await runWrapped(form, [...at.places, ...flags, ...sh("exit 3")]);
      expect(code).toBe(3);
      expect(stderr).toBe('heartbeat run: Cannot write the job record: "sh" took too long\n');
      const { status } = JSON.parse(readFileSync(written, "utf8")) as { status: string };
      expect(status).toBe("fail");
      await eventuallyIs(
        () => existsSync(`/proc/${readFileSync(pids, "utf8").trim()}`),
        (isThere) => !isThere,
      );
      expect(readFileSync(written, "utf8")).not.toContain("running");
    },
    600_000,
  );
});

test.concurrent(
  "a heartbeat_writer that hangs is killed after 10 seconds",
  async () => {
    const hanging = `--heartbeat-writer=${JSON.stringify(["sh", "-c", "sleep 600; true"])}`;
    const ended = await Promise.all(
      FORMS.map((form) => run([...command(form, "heartbeat"), "--job=backup", hanging])),
    );
    const message = 'Cannot write the job record: "sh" took more than 10 s';
    expect(ended.map((each) => refusalOf("heartbeat", each))).toEqual(
      FORMS.map(() => ({ code: 69, message, hint: expect.any(String) as string })),
    );
  },
  600_000,
);

test.concurrent.each(FORMS)(
  "a full stderr without a reader does not delay the time limit (%s)",
  async (form) => {
    const { root } = place();
    const pipe = join(root, "pipe");
    // dd fills the pipe, and ends when it is full.
    const script = `mkfifo ${pipe}; exec 3<>${pipe}
      dd if=/dev/zero of=${pipe} bs=4096 oflag=nonblock 2>${root}/dd; timeout -s KILL 60 "$@" 2>&3`;
    const argv = [...command(form, "heartbeat"), "run", "--job=x", "--heartbeat-dir=/proc/nowhere"];
    const wrapped = [...argv, "--timeout=1s", "--", "sleep", "600"];
    const { code } = await run(["sh", "-c", script, "sh", ...wrapped]);
    expect(code).toBe(143);
  },
  600_000,
);

describe.each(FORMS)("heartbeat run --capture (%s)", (form) => {
  test.concurrent(
    "loses nothing with a slow reader, and gives up background processes that keep writing",
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
      const pid = join(at.root, "pid");
      const script = `(for n in $(seq 600); do echo x; sleep 0.5; done) & echo $! >${pid}`;
      const child = startRun(form, [...at.places, "--job=x", "--capture", ...sh(script)]);
      expect(await child.exited).toBe(0);
      const writes = readFileSync(pid, "utf8").trim();
      expect(existsSync(`/proc/${writes}`)).toBe(true);
      process.kill(Number(writes), "SIGKILL");
    },
    600_000,
  );
});

describe.each(FORMS)("heartbeat run --stuck-after (%s)", (form) => {
  const start = (script: string, more: readonly string[] = [], after = "2s") => {
    const { cell, places } = place();
    const flags = [...places, ID, "--interval=1s", `--stuck-after=${after}`, ...more];
    return { cell, child: startRun(form, [...flags, ...sh(script)]) };
  };
  /** The states of a cell's beats until its run has ended, each once. */
  const statesOf = async ({ cell, child }: ReturnType<typeof start>) => {
    const states = new Set<string>();
    for (let ended = false; !ended; await Bun.sleep(100)) {
      states.add(readBeat(cell).state);
      ended = child.exitCode !== null;
    }
    return [...states];
  };

  test.concurrent(
    "reports a command without CPU and output as stuck, until it is active again",
    async () => {
      const pipe = join(here, `pipe-${count++}`);
      await run(["mkfifo", pipe]);
      const { cell, child } = start(`read word <${pipe}; while :; do echo x; sleep 0.5; done`);
      await eventuallyIs(
        () => readBeat(cell).state,
        (state) => state === "stuck",
      );
      await run(["sh", "-c", `echo >${pipe}`]);
      await eventuallyIs(
        () => readBeat(cell).state,
        (state) => state === "working",
      );
      child.kill("SIGTERM");
      expect(await child.exited).toBe(143);
    },
    600_000,
  );

  // SIGTERM ends the command alone, so the server ends itself.
  const SERVER = `${process.execPath} -e "
    Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('') });
    setTimeout(() => process.exit(), 120000);
    setInterval(() => { const end = performance.now() + 60; while (performance.now() < end); process.stdout.write('x'.repeat(Math.random() * 90) + String.fromCharCode(10)); }, 300);"`;

  test.concurrent.each([
    ["retries forever", 'while :; do echo "429, again" >&2; sleep 0.7; done', []],
    ["sleeps beside a server that it started", `${SERVER} >/dev/null & exec sleep 600`, []],
    [
      "repeats lines of different length",
      'while :; do echo "429"; echo "trying again, and again, and again"; sleep 0.9; echo no; done',
      ["--capture"],
    ],
    [
      "works without a change of the progress file",
      "while :; do echo $RANDOM; done >/dev/null",
      ["--progress-file=/nowhere/progress"],
    ],
  ])(
    "reports as stuck a command that %s",
    async (_, script, more) => {
      const { cell, child } = start(script, [...more, "--timeout=1h"], "4s");
      const stuck = await eventuallyIs(
        () => readBeat(cell),
        ({ state }) => state === "stuck",
      );
      const later = await eventuallyIs(
        () => readBeat(cell),
        ({ state_since, state }) => state !== "stuck" || state_since !== undefined,
      );
      expect(later).toMatchObject({ state: "stuck", state_since: stuck.timestamp });
      child.kill("SIGTERM");
      await child.exited;
    },
    600_000,
  );

  test.concurrent.each([
    [
      "changes its progress file",
      (file: string) =>
        `n=0; while [ $n -lt 60 ]; do echo $n >${file}; sleep 0.1; n=$((n + 1)); done`,
    ],
    [
      "writes lines that are new",
      () =>
        "n=0; line=a; while [ $n -lt 60 ]; do line=${line}b; echo $line; sleep 0.1; n=$((n + 1)); done",
    ],
  ])(
    "does not report a command that %s",
    async (_, script) => {
      const file = join(here, `progress-${count++}`);
      const text = script(file);
      const flags = text.includes(file) ? [`--progress-file=${file}`] : ["--capture"];
      const started = start(text, flags, "3s");
      expect(await statesOf(started)).toEqual(["working", "exiting"]);
    },
    600_000,
  );

  test.concurrent.each([
    ["grandchild works", 'timeout 6 sh -c "while :; do :; done"; exit 0', []],
    [
      "orphan works in its group",
      '(timeout --foreground 6 sh -c "while :; do :; done" &); exec sleep 6.5',
      ["--timeout=1h"],
    ],
  ])(
    "does not report a shell whose %s",
    async (_, script, more) => {
      const started = start(script, more, "3s");
      expect(await statesOf(started)).toEqual(["working", "exiting"]);
    },
    600_000,
  );
});

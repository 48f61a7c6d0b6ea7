/**
 * Snippets for agents: settings of a CLI with hooks, a shell function and a Python module.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { beatContentAfter } from "../../lib/agent-hook/rules/event-beat.ts";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { eventually, until } from "../tools/background.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";
import { PYTHON } from "../tools/python.ts";
import { SIGNAL_COUNTER } from "../tools/signal-counter.ts";
import { openTerminal } from "../tools/terminal.ts";
import { readBeat } from "../tools/wrapped.ts";

// The machine may be busy with other tests.
setDefaultTimeout(600_000);

const ROOT = join(import.meta.dir, "../..");
const AGENTS = join(ROOT, "config/agents");
const here = scratch();
let count = 0;

function place() {
  const root = join(here, `root-${count++}`);
  return { root, cell: writeCell(root, idOf(1), { age: 9999 }) };
}

/** The only cell in a scan's report. */
async function scanned(root: string): Promise<{ status: string; state: string } | undefined> {
  const { stdout } = await run([...command("executable", "scan"), `--root=${root}`, "--json"]);
  return (JSON.parse(stdout) as { cells: { status: string; state: string }[] }).cells[0];
}

const statesFiles = (cell: string) => readdirSync(join(cell, "state"));

/** True while a process that these tests started has this very command line. */
const isAtWork = (argv: readonly string[]): boolean =>
  readdirSync("/proc").some(
    (pid) =>
      /^\d+$/.test(pid) &&
      kernelText(pid, "cmdline") === `${argv.join("\0")}\0` &&
      kernelText(pid, "environ").includes(OURS),
  );

/** In the environment of all processes of these tests, and of no others. */
const OURS = `LAZARUS_PIT_CONFIG=${process.env["LAZARUS_PIT_CONFIG"]}\0`;

function kernelText(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}

/** What a beat says of a process of this namespace. */
const identityOf = (pid: number) => ({
  boot_id: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
  pid,
  start_ticks: Number(kernelText(`${pid}`, "stat").split(") ").at(-1)?.split(" ")[19]),
  pid_namespace: readlinkSync("/proc/self/ns/pid"),
  time_namespace: readlinkSync("/proc/self/ns/time"),
});

/** A folder with programs that come first in the PATH. */
function shims(programs: Record<string, string>): string {
  const folder = join(here, `shims-${count++}`);
  mkdirSync(folder);
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return `${folder}:${process.env["PATH"]}`;
}

describe("claude-code.json", () => {
  const { hooks } = JSON.parse(readFileSync(join(AGENTS, "claude-code.json"), "utf8")) as {
    hooks: Record<string, { hooks: { type: string; command: string; timeout: number }[] }[]>;
  };

  test.concurrent("calls the hook at every event that it knows", () => {
    const names = ["PreToolUse", "PostToolUse", "Stop", "SessionEnd"];
    expect(Object.keys(hooks)).toEqual(expect.arrayContaining(names));
    for (const [name, matchers] of Object.entries(hooks)) {
      expect(beatContentAfter({ hook_event_name: name }, undefined, new Date())).toBeDefined();
      expect(matchers.flatMap((matcher) => matcher.hooks)).toEqual([
        { type: "command", command: "cd / && heartbeat hook", timeout: 5 },
      ]);
    }
  });

  test.concurrent("beats even if the agent has removed its working directory", async () => {
    const { root, cell } = place();
    const line = hooks["Stop"]?.[0]?.hooks[0]?.command ?? "";
    const cwd = join(cell, "worktree/gone");
    mkdirSync(cwd);
    const input = JSON.stringify({ hook_event_name: "Stop", cwd });
    const gone = ["sh", "-c", `rmdir "$PWD"; exec sh -c '${line}'`];
    const env = { LAZARUS_PIT_ROOT: root, PATH: `${join(ROOT, "dist")}:${process.env["PATH"]}` };
    expect(await run(gone, { cwd, env, input })).toMatchObject({ code: 0, stdout: "" });
    expect(readBeat(cell).state).toBe("idle");
  });
});

const lack = lacking("python3");

/** A script that has beat.sh. */
const source = (cell: string, script: string, interval = 61) =>
  `CELL='${cell}'; INTERVAL=${interval}; . ${AGENTS}/beat.sh; ${script}`;

describe.each(["sh", "bash"])("beat.sh (%s)", (shell) => {
  const without = lacking(shell);
  const calling = (cell: string, script: string, interval?: number) => [
    shell,
    "-c",
    source(cell, script, interval),
  ];

  const started = new Set<Bun.Subprocess>();
  afterAll(() => {
    for (const child of started) child.kill("SIGKILL");
  });

  /** Starts a script whose agent prints its pid, and waits for its first beat. */
  async function start(cell: string, agent: string, interval?: number, before = "") {
    writeFileSync(join(cell, "agent.sh"), `echo $$ >'${cell}/agent.pid'\n${agent}\n`);
    const script = `${before} beat_while sh '${cell}/agent.sh'; echo went on $?`;
    // A test runner may have left INT ignored.
    const argv = ["env", "--default-signal=INT", ...calling(cell, script, interval)];
    const child = Bun.spawn(argv, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    started.add(child);
    const pid = await eventually(async () => {
      const told = Number(readFileSync(join(cell, "agent.pid"), "utf8"));
      return told > 0 && readBeat(cell).state === "working" && readBeat(cell).seq === undefined
        ? told
        : undefined;
    });
    return { child, pid };
  }

  test.concurrent.skipIf(without !== "")(
    `beats while a command lives, and gives its exit code${without}`,
    async () => {
      const { root, cell } = place();
      // The agent ends when it has seen two different beats.
      const look = `until read -r beat <${CELL_FILES.heartbeat} && [ "$beat" != "$last" ] && case $beat in *working*) ;; *) false;; esac; do sleep 0.1; done`;
      const agent = `${look}; last=$beat; ${look}; echo $beat; exit 7`;
      const ended = await run(calling(cell, `beat_while sh -c '${agent}'`, 1), { cwd: cell });
      expect(ended).toMatchObject({ code: 7, stderr: "" });
      expect(ended.stdout).toContain('"state": "working", "interval_seconds": 1, "process": {');
      expect(await scanned(root)).toMatchObject({
        status: "stale",
        state: "exiting",
        problems: [{ code: "crashed" }],
      });
      expect(statesFiles(cell)).toEqual(["heartbeat.json"]);
    },
  );

  test.concurrent(
    "vouches for the agent while it lives, also when the script is killed",
    async () => {
      const { cell } = place();
      const { child, pid } = await start(cell, "exec sleep 600 >/dev/null 2>&1", 1);
      const beat = await eventually(async () => readBeat(cell).process && readBeat(cell));
      expect(beat.process).toEqual(identityOf(pid));
      child.kill("SIGKILL");
      await child.exited;
      expect(readBeat(cell).process?.pid).toBe(pid);
      process.kill(pid, "SIGKILL");
    },
  );

  test.concurrent("a single beat vouches for no process", async () => {
    const { cell } = place();
    await run(calling(cell, "beat working"));
    expect(readBeat(cell).state).toBe("working");
    expect(readBeat(cell).process).toBeUndefined();
  });

  test.concurrent(
    "vouches for an agent at a terminal, and for no child of a function",
    async () => {
      const { cell } = place();
      const script = join(cell, "start.sh");
      writeFileSync(
        script,
        source(cell, `f() { sleep 2; sleep 3; }; sleep 30 & beat_while $1 $2`, 1),
      );
      await using terminal = await openTerminal(here);
      terminal.type(`${shell} ${script} sleep 602\n`);
      const beat = await eventually(async () => readBeat(cell).process && readBeat(cell));
      const pid = beat.process?.pid ?? 0;
      // The shell has forked, and may not have become the command yet.
      await until(() => kernelText(`${pid}`, "cmdline") === "sleep\u0000602\u0000");
      expect(beat.process).toEqual(identityOf(pid));
      terminal.type("\u0003");
      await eventually(async () => readBeat(cell).state === "exiting" || undefined);
      terminal.type(`${shell} ${script} f\n`);
      const other = await eventually(async () =>
        readBeat(cell).state === "working" ? readBeat(cell) : undefined,
      );
      expect(other.process).toBeUndefined();
      await eventually(async () => readBeat(cell).timestamp !== other.timestamp || undefined);
      expect(readBeat(cell).process).toBeUndefined();
      await eventually(async () => readBeat(cell).state === "exiting" || undefined);
    },
  );

  test.concurrent.each([
    ["sh -c 'exit 139'", { code: 139 }],
    ["true", { code: 0 }],
    ["sh -c 'kill $$'", { code: 143 }],
  ])("records the end of: %s", async (agent, exit) => {
    const { cell } = place();
    await run(calling(cell, `beat_while ${agent}`));
    expect(readBeat(cell).exit).toEqual({ ...exit, at: expect.any(String) });
  });

  test.concurrent("distinguishes an end by a signal to the script from a crash", async () => {
    const { cell } = place();
    const { child } = await start(cell, "exec sleep 600");
    child.kill("SIGTERM");
    await child.exited;
    expect(readBeat(cell).exit).toEqual({ code: 143, at: expect.any(String), forwarded: true });
  });

  test.concurrent.each([
    ["0", "true", 0],
    ["an exit code", "sh -c 'exit 3'", 3],
    ["a signal", "sh -c 'kill -9 $$'", 137],
    ["a program that is not there", "./no-such-agent", 127],
    ["a function", "own", 5],
  ])("returns %s, under set -eu", async (_, agent, code) => {
    const { cell } = place();
    const script = `set -eu; own() { return 5; }; beat_while ${agent}`;
    expect(await run(calling(cell, script))).toMatchObject({ code, stdout: "" });
    expect(readBeat(cell).state).toBe("exiting");
  });

  test.concurrent("passes the caller's stdin to the agent", async () => {
    const { cell } = place();
    const ended = await run(calling(cell, "beat_while cat"), { input: "all\nof it\n" });
    expect(ended).toEqual({ code: 0, stdout: "all\nof it\n", stderr: "" });
    const closed = await run(calling(cell, "beat_while echo hello <&-"));
    expect(closed).toEqual({ code: 0, stdout: "hello\n", stderr: "" });
  });

  test.concurrent("gives the agent the terminal, and its keys", async () => {
    const { cell } = place();
    const script = join(cell, "start.sh");
    const agent =
      "sh -c 'test -t 0 && test -t 1 && echo asks; read line; echo got $line; read line'";
    writeFileSync(script, source(cell, `beat_while ${agent}; echo code $?`));
    await using terminal = await openTerminal(here);
    terminal.type(`${shell} ${script}\n`);
    await terminal.until("asks");
    terminal.type("a line\n");
    await terminal.until("got a line");
    terminal.type("\u0003");
    await eventually(async () => readBeat(cell).state === "exiting" || undefined);
    terminal.type("echo code $?\n");
    await terminal.until("code 130");
  });

  test.concurrent.skipIf(lack !== "")(`interrupts the agent once by Ctrl-C${lack}`, async () => {
    const { cell } = place();
    const script = join(cell, "start.sh");
    writeFileSync(join(cell, "counter.py"), SIGNAL_COUNTER);
    writeFileSync(script, source(cell, `beat_while ${PYTHON} ${cell}/counter.py`));
    await using terminal = await openTerminal(here);
    // Ctrl-C reaches the script also if its stdin is not the terminal.
    for (const streams of ["", "</dev/null"]) {
      terminal.type(`${shell} ${script} ${streams}\n`);
      await terminal.until("ready");
      terminal.type("\u0003");
      await terminal.until("got 2x1");
    }
  });

  test.concurrent("closes its output at once at the end, and leaves nothing behind", async () => {
    const { cell } = place();
    // A unique number, which identifies the `sleep` that this script starts.
    const interval = 90 + count++ / 1000;
    for (let times = 0; times < 20; times++) {
      const before = performance.now();
      const ended = await run(calling(cell, "beat_while echo done", interval));
      // A script that waited for its sleep would take longer than a minute.
      expect(performance.now() - before).toBeLessThan(60_000);
      expect(ended).toEqual({ code: 0, stdout: "done\n", stderr: "" });
      expect(readBeat(cell).state).toBe("exiting");
    }
    await run(calling(cell, "beat_while sleep 1", interval));
    await eventually(async () => (isAtWork(["sleep", `${interval}`]) ? undefined : true));
    expect(statesFiles(cell)).toEqual(["heartbeat.json"]);
  });

  test.concurrent("a beat interrupted by signals leaves only a valid heartbeat", async () => {
    const { cell } = place();
    const beats = "i=0; while [ $i -lt 500 ]; do i=$((i + 1)); beat working || echo failed; done";
    const child = Bun.spawn(calling(cell, `trap 'told=yes' TERM; echo ready; ${beats}`), {
      stderr: "pipe",
    });
    const [reader, stderr] = [child.stdout.getReader(), child.stderr.text()];
    await reader.read();
    while (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await Bun.sleep(1);
    }
    expect({ code: child.exitCode, ...(await reader.read()), stderr: await stderr }).toEqual({
      code: 0,
      done: true,
      value: undefined,
      stderr: "",
    });
    expect(readBeat(cell).state).toBe("working");
    expect(statesFiles(cell)).toEqual(["heartbeat.json"]);
  });

  test.concurrent("a beat that is written late does not replace the last one", async () => {
    const { cell } = place();
    const pids = join(cell, "pids");
    const mv = `echo $$ >>${pids}; grep -q working "$2" && sleep 1; exec /bin/mv "$@"`;
    const env = { PATH: shims({ mv }) };
    await run(calling(cell, "beat_while sleep 0.5"), { env });
    expect(readBeat(cell).state).toBe("exiting");
    for (const pid of readFileSync(pids, "utf8").trim().split("\n"))
      await until(() => !existsSync(`/proc/${pid}`));
    expect(readBeat(cell).state).toBe("exiting");
    expect(statesFiles(cell)).toEqual(["heartbeat.json"]);
  });

  test.concurrent(
    "a beat that cannot be written leaves nothing, and does not disturb the agent",
    async () => {
      const { cell } = place();
      const env = { PATH: shims({ mv: "exit 1" }) };
      const script = "set -e; beat_while sh -c 'echo lives; exit 4'";
      const ended = await run(calling(cell, script), { env });
      expect(ended).toMatchObject({ code: 4, stdout: "lives\n" });
      expect(statesFiles(cell)).toEqual(["heartbeat.json"]);
      const nowhere = await run(calling("/nowhere", script));
      expect(nowhere).toMatchObject({ code: 4, stdout: "lives\n" });
    },
  );

  test.concurrent.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("ends by %s after its agent", async (signal, code) => {
    const { cell } = place();
    const { child, pid } = await start(cell, "exec sleep 600");
    child.kill(signal);
    await child.exited;
    expect(child.signalCode ?? child.exitCode).toBe(signal);
    expect(code).toBeGreaterThan(128);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(readBeat(cell).state).toBe("exiting");
    expect(await child.stdout.text()).toBe("");
    expect(statesFiles(cell)).toEqual(["heartbeat.json"]);
  });

  test.concurrent.each([
    ["SIGINT", "went on 6\n"],
    ["SIGTERM", ""],
  ] as const)("waits for an agent that ends in its own way at %s", async (signal, said) => {
    const { cell } = place();
    const agent = "trap 'sleep 1; exit 6' INT TERM; for n in $(seq 500); do sleep 0.1; done";
    const { child, pid } = await start(cell, agent);
    child.kill(signal);
    expect(await child.stdout.text()).toBe(said);
    await child.exited;
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(readBeat(cell).state).toBe("exiting");
  });

  test.concurrent("a killed script stops beating, and holds no pipe", async () => {
    const { cell } = place();
    const { child, pid } = await start(cell, "exec sleep 600 >/dev/null 2>&1", 1, "exec 9>&1;");
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
    const beaters = children
      .trim()
      .split(" ")
      .filter((each) => Number(each) !== pid);
    expect(beaters).not.toEqual([]);
    child.kill("SIGKILL");
    await child.exited;
    // The agent lives on, but the processes that beat for it end.
    for (const beater of beaters) await until(() => !existsSync(`/proc/${beater}`));
    process.kill(pid, "SIGKILL");
    expect(readBeat(cell).state).toBe("working");
  });

  test.concurrent("the beats of a killed script hold no pipe of its caller", async () => {
    const { cell } = place();
    const { child, pid } = await start(cell, "exec sleep 600", 120, "exec 9>&1;");
    child.kill("SIGKILL");
    await child.exited;
    process.kill(pid, "SIGKILL");
    const before = performance.now();
    await Promise.all([child.stdout.text(), child.stderr.text()]);
    // Waiting for the sleep between two beats would take longer than a minute.
    expect(performance.now() - before).toBeLessThan(60_000);
  });
});

/** Runs a script that has a cell's path as `cell`, and its heartbeat's as `beat`. */
const python = (cell: string, script: string) =>
  run(
    [
      PYTHON,
      "-c",
      `
import json, os, sys, threading, time
sys.path.insert(0, ${JSON.stringify(AGENTS)})
sys.dont_write_bytecode = True
from beat import Beats
cell = ${JSON.stringify(cell)}
beat = os.path.join(cell, "state/heartbeat.json")
read = lambda: json.load(open(beat))
def until(look):
    end = time.monotonic() + 60
    while not look():
        assert time.monotonic() < end
        time.sleep(0.05)
${script}`,
    ],
    { cwd: here },
  );

describe.skipIf(lack !== "")(`beat.py${lack}`, () => {
  test.concurrent("beats until its block ends", async () => {
    const { root, cell } = place();
    const script = `
with Beats(cell, interval=0.5) as beats:
    assert beats.say("working", activity={"what": "build", "expect_seconds": 60})
    first = read()
    until(lambda: read()["timestamp"] != first["timestamp"])
    print(read()["activity"]["what"])
`;
    expect(await python(cell, script)).toEqual({ code: 0, stdout: "build\n", stderr: "" });
    expect(await scanned(root)).toMatchObject({
      status: "stale",
      state: "exiting",
      problems: [{ code: "exited" }],
    });
    expect(statesFiles(cell)).toEqual(["heartbeat.json"]);
  });

  test.concurrent("vouches for its process, and for none after its block", async () => {
    const { cell } = place();
    const script = `
with Beats(cell) as beats:
    said = read()["process"]
    print(said["pid"] == os.getpid(), said["start_ticks"] == int(open("/proc/self/stat").read().split(") ")[-1].split()[19]))
    print(said["boot_id"] == open("/proc/sys/kernel/random/boot_id").read().strip())
    print(said["pid_namespace"] == os.readlink("/proc/self/ns/pid"))
print("process" in read())
`;
    const stdout = "True True\nTrue\nTrue\nFalse\n";
    expect(await python(cell, script)).toEqual({ code: 0, stdout, stderr: "" });
  });

  test.concurrent(
    "continues after beats that could not be written, and leaves no files of them",
    async () => {
      const { cell } = place();
      const script = `
ends = []
class Counted(Beats):
    def _beat(self):
        ends.append(super()._beat())
        return ends[-1]
def fail():
    before = len(ends) + 1
    until(lambda: len(ends) > before)
    assert not any(ends[before:])
with Counted(cell, interval=0.1) as beats:
    os.unlink(beat)
    os.mkdir(beat)
    print(beats.say("idle"))
    fail()
    with beats._lock:
        print(os.listdir(os.path.join(cell, "state")))
    os.rmdir(beat)
    os.rename(os.path.join(cell, "state"), os.path.join(cell, "away"))
    fail()
    os.rename(os.path.join(cell, "away"), os.path.join(cell, "state"))
    until(lambda: os.path.exists(beat))
    print(read()["state"])
`;
      const stdout = "False\n['heartbeat.json']\nidle\n";
      expect(await python(cell, script)).toEqual({ code: 0, stdout, stderr: "" });
      expect(readBeat(cell).state).toBe("exiting");
    },
  );

  test.concurrent("a beat that is written late does not replace the last one", async () => {
    const { cell } = place();
    const script = `
late = threading.Event()
class End(threading.Event):
    def wait(self, timeout=None):
        ended = super().wait(timeout)
        if late.is_set():
            return ended
        late.set()
        time.sleep(1)
        return False
beats = Beats(cell, interval=0.1)
beats._end = End()
with beats:
    late.wait()
last = read()
beats._thread.join()
print(read() == last, last["state"])
`;
    expect(await python(cell, script)).toEqual({ code: 0, stdout: "True exiting\n", stderr: "" });
  });

  test.concurrent("rejects values that are not JSON, and repeats the last content", async () => {
    const { cell } = place();
    const script = `
with Beats(cell, interval=0.1) as beats:
    for wrong in (object(), float("nan")):
        try:
            beats.say("idle", message=wrong)
        except (TypeError, ValueError):
            print("refused")
    before = read()["timestamp"]
    until(lambda: read()["timestamp"] != before)
    print(read()["state"])
`;
    const stdout = "refused\nrefused\nworking\n";
    expect(await python(cell, script)).toEqual({ code: 0, stdout, stderr: "" });
  });
});

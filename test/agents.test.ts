/**
 * What an operator copies for an agent: the settings of a CLI with hooks, a shell and a Python snippet.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { saidBy } from "../lib/rules/hook.ts";
import { CELL_FILES } from "../lib/schemas/cell.ts";
import { eventually } from "./tools/background.ts";
import { idOf, writeCell } from "./tools/cells.ts";
import { lacking } from "./tools/needs.ts";
import { command, run, scratch } from "./tools/program.ts";
import { COUNTER, openTerminal } from "./tools/terminal.ts";
import { readBeat } from "./tools/wrapped.ts";

// The machine may be busy with other tests.
setDefaultTimeout(60_000);

const ROOT = join(import.meta.dir, "..");
const AGENTS = join(ROOT, "config/agents");
const here = scratch();
let count = 0;

function place() {
  const root = join(here, `root-${count++}`);
  return { root, cell: writeCell(root, idOf(1), { age: 9999 }) };
}

/** What a scan shows of the only cell. */
async function scanned(root: string): Promise<{ status: string; state: string } | undefined> {
  const { stdout } = await run([...command("executable", "scan"), `--root=${root}`, "--json"]);
  return (JSON.parse(stdout) as { cells: { status: string; state: string }[] }).cells[0];
}

const statesFiles = (cell: string) => readdirSync(join(cell, "state"));

/** True while a process has this very command line. */
const isAtWork = (argv: readonly string[]): boolean =>
  readdirSync("/proc").some(
    (pid) => /^\d+$/.test(pid) && commandLine(pid) === `${argv.join("\0")}\0`,
  );

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

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

  test.concurrent("calls the hook at every event that it understands", () => {
    const names = ["PreToolUse", "PostToolUse", "Stop", "SessionEnd"];
    expect(Object.keys(hooks)).toEqual(expect.arrayContaining(names));
    for (const [name, matchers] of Object.entries(hooks)) {
      expect(saidBy({ hook_event_name: name }, undefined, new Date())).toBeDefined();
      expect(matchers.flatMap((matcher) => matcher.hooks)).toEqual([
        { type: "command", command: "cd / && heartbeat hook", timeout: 5 },
      ]);
    }
  });

  test.concurrent(
    "beats also where the agent has removed the directory that it works in",
    async () => {
      const { root, cell } = place();
      const line = hooks["Stop"]?.[0]?.hooks[0]?.command ?? "";
      const cwd = join(cell, "worktree/gone");
      mkdirSync(cwd);
      const input = JSON.stringify({ hook_event_name: "Stop", cwd });
      const gone = ["sh", "-c", `rmdir "$PWD"; exec sh -c '${line}'`];
      const env = { LAZARUS_PIT_ROOT: root, PATH: `${join(ROOT, "dist")}:${process.env["PATH"]}` };
      expect(await run(gone, { cwd, env, input })).toMatchObject({ code: 0, stdout: "" });
      expect(readBeat(cell).state).toBe("idle");
    },
  );
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

  /** Starts a script whose agent says its pid, and waits for its first beat. */
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
      const agent = `cat ${CELL_FILES.heartbeat}; sleep 3; cat ${CELL_FILES.heartbeat}; exit 7`;
      const ended = await run(calling(cell, `beat_while sh -c '${agent}'`, 1), { cwd: cell });
      expect(ended).toMatchObject({ code: 7, stderr: "" });
      expect(ended.stdout).toContain('"state": "working", "interval_seconds": 1}');
      expect(await scanned(root)).toMatchObject({ status: "healthy", state: "exiting" });
      expect(statesFiles(cell)).toEqual(["heartbeat.json"]);
    },
  );

  test.concurrent.each([
    ["0", "true", 0],
    ["an exit code", "sh -c 'exit 3'", 3],
    ["a signal", "sh -c 'kill -9 $$'", 137],
    ["a program that is not there", "./no-such-agent", 127],
    ["a function", "own", 5],
  ])("passes %s on, under set -eu", async (_, agent, code) => {
    const { cell } = place();
    const script = `set -eu; own() { return 5; }; beat_while ${agent}`;
    expect(await run(calling(cell, script))).toMatchObject({ code, stdout: "" });
    expect(readBeat(cell).state).toBe("exiting");
  });

  test.concurrent("leaves the agent the caller's stdin", async () => {
    const { cell } = place();
    const ended = await run(calling(cell, "beat_while cat"), { input: "all\nof it\n" });
    expect(ended).toEqual({ code: 0, stdout: "all\nof it\n", stderr: "" });
    const closed = await run(calling(cell, "beat_while echo hello <&-"));
    expect(closed).toEqual({ code: 0, stdout: "hello\n", stderr: "" });
  });

  test.concurrent("leaves the agent the terminal, and its keys", async () => {
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
    writeFileSync(join(cell, "counter.py"), COUNTER);
    writeFileSync(script, source(cell, `beat_while python3 ${cell}/counter.py`));
    await using terminal = await openTerminal(here);
    // Of a script of which a stream alone is the terminal's, the keys are the terminal's as well.
    for (const streams of ["", "</dev/null"]) {
      terminal.type(`${shell} ${script} ${streams}\n`);
      await terminal.until("go");
      terminal.type("\u0003");
      await terminal.until("got 1");
    }
  });

  test.concurrent(
    "lets a reader of its output see the end at once, and leaves nothing behind",
    async () => {
      const { cell } = place();
      // An own number, to know its sleep by.
      const interval = 90 + count++ / 1000;
      const before = performance.now();
      for (let times = 0; times < 20; times++) {
        const ended = await run(calling(cell, "beat_while echo done", interval));
        expect(ended).toEqual({ code: 0, stdout: "done\n", stderr: "" });
        expect(readBeat(cell).state).toBe("exiting");
      }
      expect(performance.now() - before).toBeLessThan(50_000);
      await run(calling(cell, "beat_while sleep 1", interval));
      await eventually(async () => (isAtWork(["sleep", `${interval}`]) ? undefined : true));
      expect(statesFiles(cell)).toEqual(["heartbeat.json"]);
    },
  );

  test.concurrent("a beat in which signals come leaves nothing but a sound heartbeat", async () => {
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

  test.concurrent("a beat that is late does not hide the last one", async () => {
    const { cell } = place();
    const mv = 'grep -q working "$2" && sleep 1; exec /bin/mv "$@"';
    const env = { PATH: shims({ mv }) };
    await run(calling(cell, "beat_while sleep 0.5"), { env });
    expect(readBeat(cell).state).toBe("exiting");
    await Bun.sleep(2000);
    expect(readBeat(cell).state).toBe("exiting");
    expect(statesFiles(cell)).toEqual(["heartbeat.json"]);
  });

  test.concurrent("a beat that cannot be written leaves nothing, and the agent alone", async () => {
    const { cell } = place();
    const env = { PATH: shims({ mv: "exit 1" }) };
    const script = "set -e; beat_while sh -c 'echo lives; exit 4'";
    const ended = await run(calling(cell, script), { env });
    expect(ended).toMatchObject({ code: 4, stdout: "lives\n" });
    expect(statesFiles(cell)).toEqual(["heartbeat.json"]);
    const nowhere = await run(calling("/nowhere", script));
    expect(nowhere).toMatchObject({ code: 4, stdout: "lives\n" });
  });

  test.concurrent.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("ends by %s after its agent", async (signal, code) => {
    const { cell } = place();
    const { child, pid } = await start(cell, "exec sleep 50");
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

  test.concurrent("a script that was killed beats no more, and holds no pipe", async () => {
    const { cell } = place();
    const { child, pid } = await start(cell, "exec sleep 50 >/dev/null 2>&1", 1, "exec 9>&1;");
    child.kill("SIGKILL");
    await child.exited;
    await Bun.sleep(1000);
    const last = readFileSync(join(cell, CELL_FILES.heartbeat), "utf8");
    process.kill(pid, "SIGKILL");
    await Bun.sleep(3000);
    expect(readFileSync(join(cell, CELL_FILES.heartbeat), "utf8")).toBe(last);
    expect(last).toContain("working");
  });

  test.concurrent("the beats of a script that was killed hold no pipe of its caller", async () => {
    const { cell } = place();
    const { child, pid } = await start(cell, "exec sleep 50", 61, "exec 9>&1;");
    child.kill("SIGKILL");
    await child.exited;
    process.kill(pid, "SIGKILL");
    const before = performance.now();
    await Promise.all([child.stdout.text(), child.stderr.text()]);
    expect(performance.now() - before).toBeLessThan(20_000);
  });
});

/** Runs a script that has a cell's path as `cell`, and its heartbeat's as `beat`. */
const python = (cell: string, script: string) =>
  run(
    [
      "python3",
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
    end = time.monotonic() + 20
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
    expect(await scanned(root)).toMatchObject({ status: "healthy", state: "exiting" });
    expect(statesFiles(cell)).toEqual(["heartbeat.json"]);
  });

  test.concurrent(
    "beats on after beats that could not be written, and leaves nothing of them",
    async () => {
      const { cell } = place();
      const script = `
with Beats(cell, interval=0.1) as beats:
    os.unlink(beat)
    os.mkdir(beat)
    print(beats.say("idle"))
    time.sleep(0.5)
    with beats._lock:
        print(os.listdir(os.path.join(cell, "state")))
    os.rmdir(beat)
    os.rename(os.path.join(cell, "state"), os.path.join(cell, "away"))
    time.sleep(0.5)
    os.rename(os.path.join(cell, "away"), os.path.join(cell, "state"))
    until(lambda: os.path.exists(beat))
    print(read()["state"])
`;
      const stdout = "False\n['heartbeat.json']\nidle\n";
      expect(await python(cell, script)).toEqual({ code: 0, stdout, stderr: "" });
      expect(readBeat(cell).state).toBe("exiting");
    },
  );

  test.concurrent("a beat that is late does not hide the last one", async () => {
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
time.sleep(2)
print(read() == last, last["state"])
`;
    expect(await python(cell, script)).toEqual({ code: 0, stdout: "True exiting\n", stderr: "" });
  });

  test.concurrent("refuses what is no JSON, and says what was said before", async () => {
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

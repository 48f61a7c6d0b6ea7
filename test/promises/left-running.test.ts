/**
 * What a command leaves running lives on: an agent that a revive command starts in the
 * background, a server that a job starts. It can go on writing, even after the program that ran the
 * command has ended or was killed, and it costs that program nothing.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";
import { idOf, writeCell } from "../tools/cells.ts";
import { command as program, run, scratch } from "../tools/program.ts";
import { DEAD, type Daemon, type Place, placeOf, stopDaemons, until } from "../tools/supervised.ts";
import { startRun } from "../tools/wrapped.ts";

stopDaemons();
const here = scratch();
const ID = idOf(1);
const agents: number[] = [];
afterAll(() => {
  for (const pid of agents) if (lives(pid)) process.kill(pid, "SIGKILL");
});

/** More than a pipe holds: a command that wrote this many pieces has a reader. */
const PIECES = 20;
const PIECE = "printf '%8192s' x";
let count = 0;

/** The text of a file; none where it is not there yet. */
const read = (path: string) => {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
};

/** An agent that writes piece after piece, and says after each how many there were. */
function newAgent() {
  const [file, said] = [join(here, `agent-${count}`), join(here, `said-${count++}`)];
  const script = `echo "$$ $(readlink /proc/$$/fd/1)" >${said}.who
    i=0; while ${PIECE} && ${PIECE} >&2; do i=$((i + 1)); echo $i >${said}; sleep 0.03; done`;
  writeFileSync(file, script);
  const pieces = () => Number(read(said));
  const pid = () => Number(read(`${said}.who`).split(" ")[0]);
  return {
    /** The shell command that starts it. */
    start: `sh ${file}`,
    pid,
    file,
    /** The file that its stdout is open on. */
    output: () => read(`${said}.who`).split(" ").slice(1).join(" "),
    async begun() {
      await until(() => pieces() > 0);
      agents.push(pid());
    },
    /** Waits until it has written more than a pipe holds from now on. */
    async writesOn() {
      const before = pieces();
      await until(() => pieces() > before + PIECES || !lives(pid()));
      expect(lives(pid())).toBe(true);
    },
  };
}

function lives(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

const descriptorsOf = (pid: number | string): string[] => {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).map((fd) => readlinkSync(join(folder, fd)));
  } catch {
    return [];
  }
};

/** The processes that hold an open file of this name. */
const holdersOf = (name: string): number[] =>
  readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && descriptorsOf(pid).includes(name))
    .map(Number);

/** A dead cell, whose revive command is this script. */
function deathbed(script: string): Place {
  const place = placeOf();
  const command = ["sh", "-c", script];
  place.configure({ revive: [{ command, delay_seconds: 3600, timeout_seconds: 3600 }] });
  writeCell(place.root, ID, DEAD);
  return place;
}

const attempted = (place: Place) => place.events().some(({ event }) => event === "attempted");

async function revived(): Promise<[ReturnType<typeof newAgent>, Place, Daemon]> {
  const agent = newAgent();
  const place = deathbed(`${agent.start} & exit 0`);
  const daemon = place.startIn({ NOTIFY_SOCKET: "/nowhere", WATCHDOG_USEC: "60000000" });
  await agent.begun();
  await until(() => attempted(place));
  return [agent, place, daemon];
}

describe("an agent that a revive command started in the background", () => {
  test.concurrent("costs the daemon no descriptor, and its output goes nowhere", async () => {
    const [agent, , daemon] = await revived();
    const [output, pid] = [agent.output(), agent.pid()];
    await until(() => !holdersOf(output).includes(daemon.pid));
    // No pipe of another name either, and no handle on a process.
    const left = descriptorsOf(daemon.pid).filter((name) => /\(deleted\)|pidfd/.test(name));
    expect(left).toEqual([]);
    await agent.writesOn();
    const readers = holdersOf(output).filter((holder) => holder !== pid);
    const [reader = 0] = readers.filter((holder) => descriptorsOf(holder)[1] === "/dev/null");
    expect(lives(reader)).toBe(true);
    process.kill(pid, "SIGKILL");
    await until(() => !lives(reader) && holdersOf(output).length === 0);
  });

  test.concurrent("lives and writes on after a stop of the daemon", async () => {
    const [agent, , daemon] = await revived();
    await daemon.stop();
    await agent.writesOn();
  });

  test.concurrent("lives and writes on after the daemon was killed", async () => {
    const [agent, , daemon] = await revived();
    daemon.signal("SIGKILL");
    await daemon.exited;
    await agent.writesOn();
  });

  test.concurrent("has nothing of the daemon's but the pipe", async () => {
    const [agent] = await revived();
    const pid = agent.pid();
    const own = [agent.output(), agent.file, "/dev/null"];
    expect(descriptorsOf(pid).filter((name) => !own.includes(name))).toEqual([]);
    expect(readFileSync(`/proc/${pid}/environ`, "latin1")).not.toMatch(/NOTIFY_SOCKET|WATCHDOG_/);
  });
});

test("a revive command at work, and its agent, live and write on after the daemon was killed", async () => {
  const agent = newAgent();
  const place = deathbed(`${agent.start} & wait`);
  const daemon = place.start("executable");
  await agent.begun();
  daemon.signal("SIGKILL");
  await daemon.exited;
  await agent.writesOn();
});

test("a revive command that was still at work at a stop is ended, with its agent", async () => {
  const agent = newAgent();
  const place = deathbed(`${agent.start} & wait`);
  const daemon = place.start("executable");
  await agent.begun();
  await daemon.stop();
  await until(() => !lives(agent.pid()));
});

test("an agent whose command ended in time outlives a daemon that stood still past that time", async () => {
  const agent = newAgent();
  const place = placeOf();
  const command = ["sh", "-c", `${agent.start} & sleep 1.5`];
  place.configure({ revive: [{ command, delay_seconds: 3600, timeout_seconds: 3 }] });
  writeCell(place.root, ID, DEAD);
  const daemon = place.start("executable");
  await agent.begun();
  daemon.signal("SIGSTOP");
  await Bun.sleep(4000);
  daemon.signal("SIGCONT");
  await until(() => attempted(place));
  expect(place.events().find(({ event }) => event === "attempted")).toMatchObject({
    exit_code: 0,
    timed_out: false,
  });
  await agent.writesOn();
});

/** Opens its outputs and stdin by name, and tells which of them it could. */
const opening = (file: string) =>
  `for each in out err; do echo word >/dev/std$each; echo $each $? >>${file}; done
   read -r line </dev/stdin; echo in $? "$line" >>${file}`;
const linesOf = (file: string) => readFileSync(file, "utf8").trim().split("\n");

test("a revive command can open /dev/stdout and /dev/stderr, and both are kept", async () => {
  const file = join(here, "revive-opened");
  const place = deathbed(opening(file));
  place.start("executable");
  await until(() => attempted(place));
  expect(linesOf(file).slice(0, 2)).toEqual(["out 0", "err 0"]);
  const { stdout } = await place.call("executable", "history", ID, "--json");
  const { attempts } = JSON.parse(stdout) as { attempts: { outcome: { log_tail: string } }[] };
  expect(attempts[0]?.outcome.log_tail).toBe("word\nword\n");
});

test("a notify command can open all three, and what it leaves running lives on", async () => {
  const agent = newAgent();
  const file = join(here, "notify-opened");
  const place = placeOf();
  const command = ["sh", "-c", `${opening(file)}; [ -e ${file}.1 ] || ${agent.start} & exit 0`];
  place.configure({ notify: { command } });
  writeCell(place.root, ID);
  const daemon = place.start("executable");
  await until(() => place.report().summary.total === 1);
  writeCell(place.root, ID, DEAD);
  await agent.begun();
  expect(linesOf(file).slice(0, 2)).toEqual(["out 0", "err 0"]);
  expect(linesOf(file)[2]).toStartWith('in 0 {"schema_version"');
  await daemon.stop();
  await agent.writesOn();
});

test("a heartbeat_writer can open all three, and what it leaves running lives on", async () => {
  const agent = newAgent();
  const [file, config] = [join(here, "writer-opened"), join(here, "writer.json")];
  const writer = ["sh", "-c", `${opening(file)}; ${agent.start} & exit 0`];
  writeFileSync(config, JSON.stringify({ heartbeat_writer: writer }));
  const argv = [...program("executable", "heartbeat"), "--job", "x", "--config", config];
  expect(await run(argv)).toMatchObject({ code: 0, stderr: "" });
  expect(linesOf(file).slice(0, 2)).toEqual(["out 0", "err 0"]);
  expect(linesOf(file)[2]).toBe("in 0 {");
  await agent.begun();
  await agent.writesOn();
});

const captured = () => ["--capture", `--heartbeat-dir=${join(here, `beats-${count}`)}`, "--job=x"];

describe("what a captured job leaves running", () => {
  test("goes on writing to where the job wrote, after the wrapper's end", async () => {
    const script = "(sleep 3; echo late; echo later >&2) & echo early";
    const child = startRun("executable", [...captured(), "--", "sh", "-c", script]);
    const outputs = Promise.all([child.stdout.text(), child.stderr.text()]);
    expect(await child.exited).toBe(0);
    expect(await outputs).toEqual(["early\nlate\n", "later\n"]);
  });

  test("and the job itself, live and write on when the wrapper is killed", async () => {
    const agent = newAgent();
    const script = `${agent.start} & sleep 4; echo end`;
    const child = startRun("executable", [...captured(), "--", "sh", "-c", script]);
    const output = child.stdout.text();
    await agent.begun();
    child.kill("SIGKILL");
    await child.exited;
    await agent.writesOn();
    process.kill(agent.pid(), "SIGKILL");
    expect(await output).toContain("end\n");
  });

  test("ends by SIGPIPE, as it would without the wrapper, when nobody reads its output", async () => {
    const file = join(here, "piped");
    const wrapper = [...program("executable", "heartbeat"), "run", ...captured(), "--"];
    const job = ["sh", "-c", `(yes; echo $? >${file}) & exit 0`];
    await run(["sh", "-c", '"$@" 2>/dev/null | head -c 1', "sh", ...wrapper, ...job]);
    await until(() => existsSync(file));
    expect(linesOf(file)).toEqual(["141"]);
  });
});

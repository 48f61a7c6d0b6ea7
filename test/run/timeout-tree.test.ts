/**
 * A time limit ends all processes of a command, and reports those that it cannot end.
 */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { lacking } from "../tools/needs.ts";
import { asUser, CAN_BECOME_OTHERS, NOBODY } from "../tools/privileges.ts";
import { command, FORMS, type Form, scratch } from "../tools/program.ts";
import { openTerminal } from "../tools/terminal.ts";
import { eventuallyIs, readRecord, runWrapped, startRun } from "../tools/wrapped.ts";

const here = scratch();
let count = 0;
const workers = new Set<number>();
afterAll(() => {
  for (const pid of workers) if (lives(pid)) process.kill(pid, "SIGKILL");
});

/** True while a process runs; one that only waits to be reaped does not. */
function lives(pid: number): boolean {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "latin1");
    return !"ZX".includes(line.charAt(line.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}
const hasEnded = (pid: number) =>
  eventuallyIs(
    () => lives(pid),
    (isAlive) => !isAlive,
  );

/** A script whose worker notes its pid in a file, and the pid once it is there. */
function place() {
  const [file, beats] = [join(here, `worker-${count}`), join(here, `beats-${count++}`)];
  mkdirSync(beats);
  chmodSync(beats, 0o777);
  return {
    file,
    beats,
    job: (...flags: string[]) => [`--heartbeat-dir=${beats}`, "--job=x", ...flags],
    worker: async () => {
      const pid = await eventuallyIs(
        () => Number(readFileSync(file, "utf8")),
        (found) => found > 0,
      );
      workers.add(pid);
      return pid;
    },
  };
}
const LIMIT = ["--timeout=1s", "--kill-after=1s"];
const SLEEP = "sleep 600";

describe.each(FORMS)("heartbeat run --timeout (%s)", (form) => {
  test.concurrent.each([
    ["in a session of its own", (file: string) => `setsid sh -c 'echo $$ >${file}; exec ${SLEEP}'`],
    [
      "in a session of its own, and ignores SIGTERM",
      (file: string) =>
        `setsid sh -c 'trap "" TERM; echo $$ >${file}; while :; do sleep 0.1; done'`,
    ],
    [
      "stopped in a session of its own",
      (file: string) => `setsid sh -c 'echo $$ >${file}; kill -STOP $$; exec ${SLEEP}'`,
    ],
    [
      "below another one in a session of its own",
      (file: string) => `setsid sh -c 'setsid sh -c "echo \\$\\$ >${file}; exec ${SLEEP}" & wait'`,
    ],
  ])("ends a worker %s", async (_, worker) => {
    const at = place();
    const script = `${worker(at.file)} & wait`;
    const ended = await runWrapped(form, at.job(...LIMIT, "--", "sh", "-c", script));
    expect(ended).toEqual({ code: 143, stdout: "", stderr: "" });
    await hasEnded(await at.worker());
    expect(readRecord(at.beats, "x").message).toBeUndefined();
  });

  test.concurrent("leaves a daemon alone that had no parent in the command", async () => {
    const at = place();
    const script = `setsid sh -c '${SLEEP} >/dev/null 2>&1 & echo $! >${at.file}'; ${SLEEP}`;
    const { code } = await runWrapped(form, at.job(...LIMIT, "--", "sh", "-c", script));
    expect(code).toBe(143);
    expect(lives(await at.worker())).toBe(true);
  });
});

const noLimits = lacking("prlimit");

test.skipIf(noLimits !== "")(
  `a time limit ends the command also if no process can be listed${noLimits}`,
  async () => {
    const at = place();
    const script = `trap "" TERM; echo $$ >${at.file}; while :; do sleep 0.1; done`;
    const limit = ["--timeout=3s", "--kill-after=1s"];
    const child = startRun("executable", at.job(...limit, "--", "sh", "-c", script));
    await at.worker();
    // A record shows that the wrapper, too, knows of its command.
    await eventuallyIs(
      () => readRecord(at.beats, "x"),
      ({ status }) => status === "running",
    );
    // From now on the wrapper can open nothing, and so cannot read /proc.
    Bun.spawnSync(["prlimit", `--pid=${child.pid}`, "--nofile=3:3"]);
    expect(await child.exited).toBe(137);
    expect(await child.stderr.text()).toMatch(/^(?:heartbeat run: [^\n]+EMFILE\)\n)*$/);
  },
);

const wrapper = (form: Form, ...args: string[]) =>
  [...command(form, "heartbeat"), "run", ...args, ...LIMIT].join(" ");

describe.each(FORMS)("heartbeat run --timeout at a terminal (%s)", (form) => {
  const WAITING = `${SLEEP} & echo $! >FILE; wait`;
  test.concurrent.each([
    ["in the foreground", WAITING, "JOB"],
    ["in the background", WAITING, "JOB &"],
    ["in the background, whose parent has ended", `(${SLEEP} & echo $! >FILE); ${SLEEP}`, "JOB &"],
    ["in the background of a script", WAITING, `sh -c "nohup JOB >/dev/null 2>&1 & wait"`],
  ])("ends a worker %s", async (_, inner, line) => {
    const at = place();
    const script = join(here, `script-${count++}`);
    writeFileSync(script, inner.replace("FILE", at.file));
    await using terminal = await openTerminal(here);
    const job = `${wrapper(form, ...at.job())} -- sh ${script}`;
    terminal.type(`${line.replace("JOB", job)}\n`);
    await hasEnded(await at.worker());
    await eventuallyIs(
      () => readRecord(at.beats, "x"),
      ({ status }) => status === "timeout",
    );
  });

  test.concurrent("spares the other programs of a pipeline", async () => {
    const at = place();
    await using terminal = await openTerminal(here);
    const words = wrapper(form, ...at.job());
    terminal.type(
      `${words} -- sh -c 'echo $$ >${at.file}; exec ${SLEEP}' | sh -c 'cat; echo spa"red"'\n`,
    );
    await hasEnded(await at.worker());
    await terminal.until("spared");
  });
});

const lack = CAN_BECOME_OTHERS ? lacking("setpriv", "unshare") : " (skipped: needs root)";

describe.skipIf(lack !== "")(`a process that a time limit cannot end${lack}`, () => {
  /** A setuid program: it runs as root for every user. */
  const become = join(here, "become");
  beforeAll(() => {
    copyFileSync(Bun.which("setpriv") ?? "", become);
    chmodSync(become, 0o4755);
    chmodSync(here, 0o755);
  });
  const asRoot = `${become} --reuid 0 --regid 0 --clear-groups sh -c`;

  test.each([
    [
      "the command itself",
      (root: string) => `exec ${root}`,
      "",
      "the process \\d+ \\(sh\\) of user 0: operation not permitted \\(EPERM\\)",
    ],
    [
      "a worker that remains",
      (root: string) => `setsid ${root} & ${SLEEP}`,
      "",
      "the process \\d+ \\(sh\\) of user 0: operation not permitted \\(EPERM\\)",
    ],
    [
      "the command, hidden in /proc",
      (root: string) => `exec ${root}`,
      "mount -t proc -o hidepid=2 proc /proc; ",
      "a process that is hidden from this user",
    ],
  ])("is reported on stderr and in the record: %s", async (_, script, before, what) => {
    const at = place();
    const go = join(here, `go-${count++}`);
    const body = script(`${asRoot} 'until [ -e ${go} ]; do sleep 0.1; done'`);
    const argv = [
      ...command("executable", "heartbeat"),
      "run",
      ...at.job(...LIMIT),
      "--",
      "sh",
      "-c",
      body,
    ];
    const child = Bun.spawn(
      [
        "unshare",
        "--mount",
        "setsid",
        "sh",
        "-c",
        `${before}exec "$@"`,
        "sh",
        ...asUser(NOBODY),
        ...argv,
      ],
      { stdin: "ignore", stdout: "ignore", stderr: "pipe" },
    );
    const reader = child.stderr.getReader();
    const told = new TextDecoder().decode((await reader.read()).value);
    expect(told).toMatch(new RegExp(`^heartbeat run: Cannot end ${what}`));
    const early = await eventuallyIs(
      () => readRecord(at.beats, "x"),
      (record) => record.message !== undefined,
    );
    // A command that has ended is over soon, although a worker of it remains.
    expect(body.startsWith("exec") ? ["running"] : ["running", "timeout"]).toContain(early.status);
    expect(`heartbeat run: ${early.message}\n`).toBe(told);
    writeFileSync(go, "");
    await child.exited;
    const { status, message } = readRecord(at.beats, "x");
    expect(status).toBe("timeout");
    expect(`heartbeat run: ${message}\n`).toBe(told);
  });
});

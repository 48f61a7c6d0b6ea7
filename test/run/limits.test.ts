import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { eventuallyIs, readRecord, runWrapped, startRun } from "../tools/wrapped.ts";

const here = scratch();
let count = 0;

/** The records and a file of one test: tests here run concurrently. */
function place() {
  const beats = join(here, `beats-${count}`);
  return {
    beats,
    file: join(here, `file-${count++}`),
    job: (...flags: string[]) => [`--heartbeat-dir=${beats}`, "--job=x", ...flags],
    record: () => readRecord(beats, "x"),
    output: () => readFileSync(join(beats, "x.output"), "utf8"),
    /** Lets the run of `first` end. */
    release: () => writeFileSync(`${beats}.go`, ""),
    started: () =>
      eventuallyIs(
        () => readRecord(beats, "x"),
        ({ status }) => status === "running",
      ),
  };
}
const sh = (script: string) => ["--", "sh", "-c", script];
/** True while a process exists. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** True while a process has the lock's file open: it has it, or waits for it. */
const locksOpen = (pid: number, beats: string): boolean =>
  readdirSync(`/proc/${pid}/fd`).some(
    (fd) => linkOf(`/proc/${pid}/fd/${fd}`) === `${beats}/x.lock`,
  );

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

describe.each(FORMS)("heartbeat run --timeout (%s)", (form) => {
  test.concurrent("ends a command that takes too long, and records a timeout", async () => {
    const at = place();
    const ended = await runWrapped(form, at.job("--timeout=1s", "--", "sleep", "30"));
    expect(ended).toEqual({ code: 143, stdout: "", stderr: "" });
    expect(at.record()).toMatchObject({ status: "timeout", signal: "SIGTERM" });
  });

  test.concurrent("does not touch a command that ends in time", async () => {
    const at = place();
    expect((await runWrapped(form, at.job("--timeout=1h", ...sh("exit 3")))).code).toBe(3);
    expect(at.record()).toMatchObject({ status: "fail", exit_code: 3 });
  });

  test.concurrent("returns the command's exit code if it handles SIGTERM", async () => {
    const at = place();
    const script = "trap 'echo late; exit 9' TERM; while :; do sleep 0.1; done";
    const ended = await runWrapped(form, at.job("--timeout=1s", ...sh(script)));
    expect(ended).toMatchObject({ code: 9, stdout: "late\n" });
    expect(at.record()).toMatchObject({ status: "timeout", exit_code: 9 });
  });

  test.concurrent("kills the whole process group of a command that ignores SIGTERM", async () => {
    const at = place();
    const script = `trap '' TERM; sh -c 'trap "" TERM; echo $$ >${at.file}; while :; do sleep 0.1; done' & while :; do sleep 0.1; done`;
    const ended = await runWrapped(form, at.job("--timeout=1s", "--kill-after=1s", ...sh(script)));
    expect(ended.code).toBe(137);
    const below = Number(readFileSync(at.file, "utf8"));
    await eventuallyIs(
      () => lives(below),
      (isAlive) => !isAlive,
    );
    expect(at.record()).toMatchObject({ status: "timeout", signal: "SIGKILL" });
  });

  test.concurrent("kills background processes that ignore SIGTERM", async () => {
    const at = place();
    const script = `sh -c 'trap "" TERM; echo $$ >${at.file}; while :; do sleep 0.1; done' & while :; do sleep 0.1; done`;
    const ended = await runWrapped(form, at.job("--timeout=1s", "--kill-after=1s", ...sh(script)));
    expect(ended.code).toBe(143);
    const below = Number(readFileSync(at.file, "utf8"));
    await eventuallyIs(
      () => lives(below),
      (isAlive) => !isAlive,
    );
  });

  test.concurrent("ends a command that is stopped", async () => {
    const at = place();
    const ended = await runWrapped(form, at.job("--timeout=1s", ...sh("kill -STOP $$; echo on")));
    expect(ended.code).toBe(143);
  });
});

describe.each(FORMS)("heartbeat run --lock (%s)", (form) => {
  const first = (at: ReturnType<typeof place>) =>
    startRun(form, at.job("--lock=fail", ...sh(`until [ -e ${at.beats}.go ]; do sleep 0.1; done`)));

  test.concurrent("skips a run while another is running, and keeps its record", async () => {
    const at = place();
    const one = first(at);
    const { run_id } = await at.started();
    const ended = await runWrapped(form, at.job("--lock=skip", ...sh("echo ran")));
    expect(ended).toMatchObject({ code: 0, stdout: "" });
    const time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ \\([0-9dhms ]+\\)";
    const holder = `the process ${one.pid} of user ${process.getuid?.()}, since ${time}`;
    const text = `heartbeat run: Skipped: another run of "x" is running: ${holder}`;
    expect(ended.stderr).toMatch(new RegExp(`^${text}\n$`));
    const again = await runWrapped(form, at.job("--lock=skip", ...sh("echo ran")));
    expect(again.stderr).toMatch(new RegExp(`^${text}; 1 skipped before it, since ${time}\n$`));
    expect(at.record()).toMatchObject({ status: "running", run_id });
    at.release();
    expect(await one.exited).toBe(0);
    expect(at.record()).toMatchObject({ status: "ok", run_id });
  });

  test.concurrent("fails with 75 while another run is running", async () => {
    const at = place();
    const one = first(at);
    await at.started();
    const ended = await runWrapped(form, at.job("--lock=fail", ...sh("echo ran")));
    expect(ended).toMatchObject({ code: 75, stdout: "" });
    const holder = `the process ${one.pid} of user ${process.getuid?.()}, since 2`;
    expect(ended.stderr).toStartWith(
      `heartbeat run: error: Cannot start: another run of "x" is running: ${holder}`,
    );
    at.release();
    await one.exited;
  });

  test.concurrent("waits for the other to end", async () => {
    const at = place();
    const one = first(at);
    await at.started();
    const two = startRun(form, at.job("--lock=wait", ...sh(`echo $? >${at.file}`)));
    await eventuallyIs(
      () => locksOpen(two.pid, at.beats),
      (open) => open,
    );
    expect(existsSync(at.file)).toBe(false);
    at.release();
    expect(await one.exited).toBe(0);
    const { ended_at = "" } = at.record();
    expect(await two.exited).toBe(0);
    expect((at.record().started_at ?? "") > ended_at).toBe(true);
    expect(existsSync(at.file)).toBe(true);
  });

  test.concurrent("allows runs one after the other, and other jobs at the same time", async () => {
    const at = place();
    const one = first(at);
    await at.started();
    const other = [`--heartbeat-dir=${at.beats}`, "--job=y", "--lock=fail", ...sh("echo ran")];
    expect((await runWrapped(form, other)).stdout).toBe("ran\n");
    at.release();
    await one.exited;
    expect((await runWrapped(form, at.job("--lock=fail", ...sh("echo ran")))).stdout).toBe("ran\n");
  });

  test.concurrent("is held by a command whose wrapper was killed", async () => {
    const at = place();
    const one = first(at);
    const { pid = 0 } = await at.started();
    one.kill("SIGKILL");
    await one.exited;
    const { code, stderr } = await runWrapped(form, at.job("--lock=fail", ...sh("echo ran")));
    expect(code).toBe(75);
    expect(stderr).toContain(`the process ${pid}, without its wrapper, since 2`);
    process.kill(pid, "SIGKILL");
    await eventuallyIs(
      () => lives(pid),
      (isAlive) => !isAlive,
    );
    expect((await runWrapped(form, at.job("--lock=skip", ...sh("echo ran")))).stdout).toBe("ran\n");
  });

  test.concurrent("is not held by background processes of the command", async () => {
    const at = place();
    await runWrapped(form, at.job("--lock=fail", ...sh("sleep 5 >/dev/null 2>&1 & exit 0")));
    expect((await runWrapped(form, at.job("--lock=fail", ...sh("echo ran")))).stdout).toBe("ran\n");
  });

  test.concurrent("starts nothing when the lock cannot be created", async () => {
    const at = place();
    writeFileSync(at.beats, "");
    const ended = await runWrapped(form, at.job("--lock=skip", ...sh("echo ran")));
    expect(ended).toMatchObject({ code: 73, stdout: "" });
  });
});

describe.each(FORMS)("heartbeat run --capture (%s)", (form) => {
  test.concurrent(
    "keeps the last 10 kB of both outputs, with control characters escaped",
    async () => {
      const at = place();
      const script = 'printf "a\\033[31mb\\001é\\377\\n" >&2; sleep 0.2; echo end';
      const { stdout } = await runWrapped(form, at.job("--capture", ...sh(script)));
      expect(stdout).toBe("end\n");
      expect(at.output()).toBe("a\\u{1b}[31mb\\u{1}é\ufffd\nend\n");
      await runWrapped(form, at.job("--capture", ...sh("seq 100000")));
      const output = at.output();
      expect(output).toHaveLength(10_000);
      expect(output).toEndWith("\n99999\n100000\n");
    },
  );

  test.concurrent("is cut when all of it is escaped", async () => {
    const at = place();
    const script = 'head -c 20000 /dev/zero | tr "\\0" "\\033"';
    await runWrapped(form, at.job("--capture", ...sh(script)));
    expect(at.output()).toEndWith("\\u{1b}\\u{1b}");
    expect(at.output()).toHaveLength(10_000);
  });

  test.concurrent("forwards output as it arrives", async () => {
    const at = place();
    const child = startRun(form, at.job("--capture", ...sh("echo now; sleep 20")));
    const { value } = await child.stdout.getReader().read();
    expect(new TextDecoder().decode(value)).toBe("now\n");
    child.kill("SIGTERM");
    expect(await child.exited).toBe(143);
  });

  test.concurrent(
    "waits a second at most for background processes, which can write on after it",
    async () => {
      const at = place();
      const args = at.job("--capture", ...sh(`sleep 300 & echo $! >${at.file}; echo first`));
      const child = startRun(form, args);
      expect(await child.exited).toBe(0);
      const holder = Number(readFileSync(at.file, "utf8"));
      expect(lives(holder)).toBe(true);
      process.kill(holder, "SIGKILL");
      const record = at.record();
      expect(at.output()).toBe("first\n");
      // The wrapper waited for that second; the recorded duration is the command's alone.
      const [started = 0, ended = 0, written = 0] = [
        record.started_at,
        record.ended_at,
        record.timestamp,
      ].map((time = "") => Date.parse(time));
      expect(written - ended).toBeGreaterThan(900);
      expect(written - started).toBeGreaterThan(900 + (record.duration_ms ?? 0));
    },
  );

  test.concurrent("stops waiting for a stalled reader when it is terminated", async () => {
    const at = place();
    const script = `head -c 150000 /dev/zero; echo $$ >${at.file}`;
    const child = startRun(form, at.job("--capture", ...sh(script)));
    await eventuallyIs(
      () => Number(readFileSync(at.file, "utf8")),
      (pid) => pid > 0 && !lives(pid),
    );
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
    expect(at.record()).toMatchObject({ status: "ok" });
  });

  test.concurrent(
    "leaves no file behind, and runs the command if no pipe can be created",
    async () => {
      const at = place();
      const env = { TMPDIR: join(here, "no-such-directory") };
      const ended = await runWrapped(form, at.job("--capture", ...sh("echo ran; exit 3")), env);
      expect(ended).toMatchObject({ code: 3, stdout: "ran\n" });
      expect(ended.stderr).toBe(
        `heartbeat run: Cannot capture the output through a pipe in "${env.TMPDIR}": no such file or directory (ENOENT)\n`,
      );
    },
  );
});

test.concurrent(
  "without --capture background processes are not waited for, and live on",
  async () => {
    const at = place();
    const argv = [...command("executable", "heartbeat"), "run", ...at.job()];
    const late = 'until [ -e "$0" ]; do sleep 0.1; done; echo late';
    const script = `"$@" -- sh -c '(${late}) & echo early' "$0" && echo over | cat >"$0"`;
    const { stdout } = await run(["sh", "-c", script, at.file, ...argv]);
    expect(stdout).toBe("early\nlate\n");
  },
);

test.each([
  ["--timeout=0", '"0" for --timeout: Expected 1s to 20d'],
  ["--kill-after=1s", "--kill-after without --timeout"],
  ["--lock=maybe", '"maybe" for --lock: Expected ("skip" | "wait" | "fail")'],
  ["--stuck-after=1m", "--stuck-after without a cell"],
  ["--progress-file=x", "--progress-file without --stuck-after"],
])("heartbeat run %s is refused with 64", async (flag, what) => {
  const at = place();
  const { code, stderr } = await runWrapped("executable", at.job(flag, "--", "true"));
  expect(code).toBe(64);
  expect(stderr).toStartWith(`heartbeat run: error: Cannot use ${what}`);
});

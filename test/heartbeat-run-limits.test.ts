import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { command, FORMS, run, scratch } from "./tools/program.ts";
import { eventuallyIs, readRecord, runWrapped, startRun } from "./tools/wrapped.ts";

const here = scratch();
let count = 0;

/** Where one test has its records, and a file of its own: tests here run beside each other. */
function place() {
  const beats = join(here, `beats-${count}`);
  return {
    beats,
    file: join(here, `file-${count++}`),
    job: (...flags: string[]) => [`--heartbeat-dir=${beats}`, "--job=x", ...flags],
    record: () => readRecord(beats, "x"),
    started: () =>
      eventuallyIs(
        () => readRecord(beats, "x"),
        ({ status }) => status === "running",
      ),
  };
}
const sh = (script: string) => ["--", "sh", "-c", script];
/** True while a process lives. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe.each(FORMS)("heartbeat run --timeout (%s)", (form) => {
  test.concurrent("ends what takes too long, and records it", async () => {
    const at = place();
    const ended = await runWrapped(form, at.job("--timeout=1s", "--", "sleep", "30"));
    expect(ended).toEqual({ code: 143, stdout: "", stderr: "" });
    expect(at.record()).toMatchObject({ status: "timeout", signal: "SIGTERM" });
  });

  test.concurrent("passes a signal on to the whole process group, as timeout(1) does", async () => {
    const at = place();
    const below = `sh -c 'trap "echo got >${at.file}; exit" TERM; echo ready; while :; do sleep 0.1; done'`;
    const child = startRun(form, at.job("--timeout=1h", ...sh(`${below} & wait`)));
    await child.stdout.getReader().read();
    child.kill("SIGTERM");
    expect(await child.exited).toBe(143);
    await eventuallyIs(
      () => readFileSync(at.file, "utf8"),
      (text) => text === "got\n",
    );
  });

  test.concurrent("lets alone what is in time", async () => {
    const at = place();
    expect((await runWrapped(form, at.job("--timeout=1h", ...sh("exit 3")))).code).toBe(3);
    expect(at.record()).toMatchObject({ status: "fail", exit_code: 3 });
  });

  test.concurrent("gives the command's own code, when it ends in its own way", async () => {
    const at = place();
    const script = "trap 'echo late; exit 9' TERM; while :; do sleep 0.1; done";
    const ended = await runWrapped(form, at.job("--timeout=1s", ...sh(script)));
    expect(ended).toMatchObject({ code: 9, stdout: "late\n" });
    expect(at.record()).toMatchObject({ status: "timeout", exit_code: 9 });
  });

  test.concurrent(
    "ends what ignores SIGTERM with SIGKILL, with its whole process group",
    async () => {
      const at = place();
      const script = `trap '' TERM; sh -c 'trap "" TERM; echo $$ >${at.file}; while :; do sleep 0.1; done' & while :; do sleep 0.1; done`;
      const ended = await runWrapped(
        form,
        at.job("--timeout=1s", "--kill-after=1s", ...sh(script)),
      );
      expect(ended.code).toBe(137);
      const below = Number(readFileSync(at.file, "utf8"));
      await eventuallyIs(
        () => lives(below),
        (isAlive) => !isAlive,
      );
      expect(at.record()).toMatchObject({ status: "timeout", signal: "SIGKILL" });
    },
  );

  test.concurrent("ends what the command leaves behind, when that ignores SIGTERM", async () => {
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
    startRun(form, at.job("--lock=fail", "--", "sleep", "2"));

  test.concurrent("skips a run beside another, and leaves its record", async () => {
    const at = place();
    const one = first(at);
    const { run_id } = await at.started();
    const ended = await runWrapped(form, at.job("--lock=skip", ...sh("echo ran")));
    expect(ended).toEqual({
      code: 0,
      stdout: "",
      stderr: 'heartbeat run: Cannot start: another run of "x" goes on\n',
    });
    expect(at.record()).toMatchObject({ status: "running", run_id });
    expect(await one.exited).toBe(0);
    expect(at.record()).toMatchObject({ status: "ok", run_id });
  });

  test.concurrent("fails a run beside another with 75", async () => {
    const at = place();
    const one = first(at);
    await at.started();
    const ended = await runWrapped(form, at.job("--lock=fail", ...sh("echo ran")));
    expect(ended).toMatchObject({ code: 75, stdout: "" });
    expect(ended.stderr).toStartWith("heartbeat run: error: Cannot start: another run");
    await one.exited;
  });

  test.concurrent("waits for the other to end", async () => {
    const at = place();
    const one = first(at);
    await at.started();
    const two = startRun(form, at.job("--lock=wait", ...sh(`echo $? >${at.file}`)));
    await Bun.sleep(700);
    expect(existsSync(at.file)).toBe(false);
    expect(await one.exited).toBe(0);
    const { ended_at = "" } = at.record();
    expect(await two.exited).toBe(0);
    expect((at.record().started_at ?? "") > ended_at).toBe(true);
    expect(existsSync(at.file)).toBe(true);
  });

  test.concurrent("lets runs follow each other, and other jobs run beside", async () => {
    const at = place();
    const one = first(at);
    await at.started();
    const other = [`--heartbeat-dir=${at.beats}`, "--job=y", "--lock=fail", ...sh("echo ran")];
    expect((await runWrapped(form, other)).stdout).toBe("ran\n");
    await one.exited;
    expect((await runWrapped(form, at.job("--lock=fail", ...sh("echo ran")))).stdout).toBe("ran\n");
  });

  test.concurrent("holds while the command goes on whose wrapper was killed", async () => {
    const at = place();
    const one = first(at);
    const { pid = 0 } = await at.started();
    one.kill("SIGKILL");
    await one.exited;
    expect((await runWrapped(form, at.job("--lock=fail", ...sh("echo ran")))).code).toBe(75);
    process.kill(pid, "SIGKILL");
    await eventuallyIs(
      () => lives(pid),
      (isAlive) => !isAlive,
    );
    expect((await runWrapped(form, at.job("--lock=skip", ...sh("echo ran")))).stdout).toBe("ran\n");
  });

  test.concurrent("is not held by what the command leaves in the background", async () => {
    const at = place();
    await runWrapped(form, at.job("--lock=fail", ...sh("sleep 5 >/dev/null 2>&1 & exit 0")));
    expect((await runWrapped(form, at.job("--lock=fail", ...sh("echo ran")))).stdout).toBe("ran\n");
  });

  test.concurrent("starts nothing where no lock can be made", async () => {
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
      expect(at.record().output).toBe("a\\u{1b}[31mb\\u{1}é\ufffd\nend\n");
      await runWrapped(form, at.job("--capture", ...sh("seq 100000")));
      const { output = "" } = at.record();
      expect(output).toHaveLength(10_000);
      expect(output).toEndWith("\n99999\n100000\n");
    },
  );

  test.concurrent("fits into the record when all of it is escaped", async () => {
    const at = place();
    const script = 'head -c 20000 /dev/zero | tr "\\0" "\\033"';
    await runWrapped(form, at.job("--capture", ...sh(script)));
    expect(at.record().output).toEndWith("\\u{1b}\\u{1b}");
  });

  test.concurrent("passes output on while it comes", async () => {
    const at = place();
    const child = startRun(form, at.job("--capture", ...sh("echo now; sleep 20")));
    const { value } = await child.stdout.getReader().read();
    expect(new TextDecoder().decode(value)).toBe("now\n");
    child.kill("SIGTERM");
    expect(await child.exited).toBe(143);
  });

  test.concurrent(
    "waits a second at most for what holds the pipe, and it is not kept without it",
    async () => {
      const at = place();
      const before = performance.now();
      const args = at.job("--capture", ...sh("sleep 15 & echo first"));
      const child = startRun(form, args);
      expect(await child.exited).toBe(0);
      expect(performance.now() - before).toBeLessThan(8000);
      const record = at.record();
      expect(record.output).toBe("first\n");
      // The second was ours, not the command's.
      const [ended, written] = [record.ended_at, record.timestamp].map((time = "") =>
        Date.parse(time),
      );
      expect((written ?? 0) - (ended ?? 0)).toBeGreaterThan(900);
      expect((ended ?? 0) - Date.parse(record.started_at ?? "")).toBeLessThan(
        (record.duration_ms ?? 0) + 500,
      );
    },
  );

  test.concurrent("gives up a reader that never reads when it is told to end", async () => {
    const at = place();
    const argv = at.job("--capture", ...sh(`head -c 150000 /dev/zero; echo >${at.file}`));
    const child = startRun(form, argv);
    await eventuallyIs(
      () => existsSync(at.file),
      (isThere) => isThere,
    );
    await Bun.sleep(1500);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
    expect(at.record()).toMatchObject({ status: "ok" });
  });

  test.concurrent(
    "leaves no file behind, and runs the command where there can be no pipe",
    async () => {
      const at = place();
      const env = { TMPDIR: join(here, "no-such-directory") };
      const ended = await runWrapped(form, at.job("--capture", ...sh("echo ran; exit 3")), env);
      expect(ended).toMatchObject({ code: 3, stdout: "ran\n" });
      expect(ended.stderr).toMatch(/^heartbeat run: Cannot capture the output: [^\n]+\n$/);
    },
  );
});

test.concurrent(
  "without --capture nothing is waited for that holds the pipe, and it lives on",
  async () => {
    const at = place();
    const argv = [...command("executable", "heartbeat"), "run", ...at.job()];
    const script = `"$@" -- sh -c '(sleep 2; echo late) & echo early' && echo over | cat >"$0"`;
    const { stdout } = await run(["sh", "-c", script, at.file, ...argv]);
    expect(stdout).toBe("early\nlate\n");
    expect(at.record().duration_ms).toBeLessThan(1500);
  },
);

test.each([
  ["--timeout=0", '"0" for --timeout: Expected 1s to 20d'],
  ["--kill-after=1s", "--kill-after without --timeout"],
  ["--lock=maybe", '"maybe" for --lock: Expected ("skip" | "wait" | "fail")'],
  ["--stuck-after=1m", "--stuck-after without a cell"],
])("heartbeat run %s is refused with 64", async (flag, what) => {
  const at = place();
  const { code, stderr } = await runWrapped("executable", at.job(flag, "--", "true"));
  expect(code).toBe(64);
  expect(stderr).toStartWith(`heartbeat run: error: Cannot use ${what}`);
});

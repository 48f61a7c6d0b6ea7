/**
 * A command dies with its wrapper if it is told to, and lives on otherwise.
 */
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";
import { withDeathSignal } from "../../lib/run/death-signal.ts";
import { until } from "../tools/background.ts";
import { lacking } from "../tools/needs.ts";
import { FORMS, run, scratch } from "../tools/program.ts";
import { BUN } from "../tools/surroundings.ts";
import { runWrapped, startRun } from "../tools/wrapped.ts";

const here = scratch();
/** A PATH on which the scripts find their interpreter, and nothing else. */
symlinkSync(BUN, join(here, "bun"));
const lack = lacking("setpriv");
const FLAGS = ["--job=x", `--heartbeat-dir=${join(here, "beats")}`];
const left = new Set<number>();
afterAll(() => {
  for (const pid of left) process.kill(pid, "SIGKILL");
});

const lives = async (pid: number): Promise<boolean> =>
  (await run(["sh", "-c", `grep -q '^State:.[^ZX]' /proc/${pid}/status`])).code === 0;

/** A command whose wrapper is killed as soon as it runs. */
async function orphan(form: (typeof FORMS)[number], ...flags: string[]): Promise<number> {
  const child = startRun(form, [...FLAGS, ...flags, "--", "sh", "-c", "echo $$; exec sleep 600"]);
  const { value } = await child.stdout.getReader().read();
  child.kill("SIGKILL");
  await child.exited;
  return Number(new TextDecoder().decode(value));
}

describe.skipIf(lack !== "").each(FORMS)(`heartbeat run --die-with-wrapper (%s)${lack}`, (form) => {
  test.concurrent("kills the command when the wrapper is killed", async () => {
    const pid = await orphan(form, "--die-with-wrapper");
    await until(async () => !(await lives(pid)));
  });

  test.concurrent("is not the default", async () => {
    const pid = await orphan(form);
    left.add(pid);
    expect(await lives(pid)).toBe(true);
  });

  test.concurrent("changes neither output nor exit code", async () => {
    const flag = [...FLAGS, "--die-with-wrapper", "--"];
    const ended = await runWrapped(form, [...flag, "sh", "-c", 'echo "$1"; exit 7', "sh", "a b"]);
    expect(ended).toEqual({ code: 7, stdout: "a b\n", stderr: "" });
    expect((await runWrapped(form, [...flag, "no-such-program"])).code).toBe(127);
  });

  test.concurrent("is refused with 69 without setpriv", async () => {
    const ended = await runWrapped(form, [...FLAGS, "--die-with-wrapper", "--", "echo", "ran"], {
      PATH: here,
    });
    expect(ended).toMatchObject({ code: 69, stdout: "" });
    expect(ended.stderr).toStartWith("heartbeat run: error: Cannot use --die-with-wrapper");
  });
});

test.skipIf(lack !== "")(
  `a command whose wrapper died before it could be told does not start${lack}`,
  async () => {
    const alive = await run([...withDeathSignal(["echo", "ran"], process.pid)]);
    expect(alive.stdout).toBe("ran\n");
    const orphaned = await run([...withDeathSignal(["echo", "ran"], 1)]);
    expect(orphaned).toMatchObject({ code: 1, stdout: "" });
  },
);

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { runInBackground } from "../../lib/host/programs/background-process.ts";
import { livenessOf } from "../../lib/host/host.ts";
import type { ProcessIdentity } from "../../lib/contract/process-identity.ts";
import { until } from "../tools/background.ts";
import { run, scratch } from "../tools/program.ts";

const here = scratch();
const timeoutMs = 600_000;
/** Waits half a second: a program that was started before and is not held acts in that time. */
const letOthersRun = () => Bun.spawnSync(["sh", "-c", "sleep 0.5; true"]);
const never = () => expect.unreachable();
const wordsOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");

describe("a program that is remembered before it does anything", () => {
  test("waits until then, and is that very process", async () => {
    const marker = join(here, "waits");
    let program: ProcessIdentity | undefined;
    const ended = await runInBackground(
      ["sh", "-c", `echo $$; readlink /proc/$$/fd/0; touch ${marker}`],
      {
        timeoutMs,
        remember(held) {
          program = held;
          letOthersRun();
          expect(livenessOf(held)).toBe("alive");
          expect(wordsOf(held.pid)).toContain("lazarus-pit-held");
          expect(existsSync(marker)).toBe(false);
        },
      },
    );
    expect(existsSync(marker)).toBe(true);
    expect(ended).toMatchObject({ exitCode: 0, tail: `${program?.pid}\n/dev/null\n` });
  });

  test("does nothing where it cannot be remembered", async () => {
    const marker = join(here, "nothing");
    let program: ProcessIdentity | undefined;
    const ended = await runInBackground(["touch", marker], {
      timeoutMs,
      remember(held) {
        program = held;
        letOthersRun();
        throw new Error("the disk is full");
      },
    });
    expect(ended).toMatchObject({ exitCode: null, signal: null, error: "the disk is full" });
    await until(() => program !== undefined && livenessOf(program) === "gone");
    expect(existsSync(marker)).toBe(false);
  });

  test("fails by its own error where it is not there", async () => {
    const ended = await runInBackground(["/nowhere/program"], { timeoutMs, remember: never });
    expect(ended).toMatchObject({ exitCode: null, error: expect.stringContaining("ENOENT") });
  });
});

/** Runs a command that writes, with this many free descriptors, and prints how it ended. */
const STARVED = `
  import { closeSync, openSync } from "node:fs";
  import { runInBackground } from ${JSON.stringify(join(import.meta.dir, "../../lib/host/programs/background-process.ts"))};
  const taken = [];
  try {
    for (;;) taken.push(openSync("/dev/null", "r"));
  } catch {}
  for (const fd of taken.splice(0, Number(process.argv[1]))) closeSync(fd);
  const ended = await runInBackground(["sh", "-c", "echo said"], { timeoutMs: 600_000 });
  for (const fd of taken) closeSync(fd);
  console.log(JSON.stringify(ended));
`;

describe("a program's output", () => {
  test("can be read before the program starts, however few descriptors are left", async () => {
    const tails: string[] = [];
    for (let left = 4; left <= 12; left++) {
      const bounded = ["sh", "-c", 'ulimit -n 100; exec "$@"', "sh", process.execPath];
      const { code, stdout, stderr } = await run([...bounded, "-e", STARVED, String(left)]);
      expect({ code, stderr, left }).toEqual({ code: 0, stderr: "", left });
      const { exitCode, error, tail } = JSON.parse(stdout) as Record<string, unknown>;
      if (error === undefined) expect({ exitCode, left }).toEqual({ exitCode: 0, left });
      tails.push(String(tail));
    }
    // Each is the whole output, or the reason why it could not be kept.
    expect(tails.filter((tail) => tail !== "said\n" && !tail.includes("Cannot keep"))).toEqual([]);
    expect(new Set(tails).size).toBeGreaterThan(1);
    expect(tails.at(-1)).toBe("said\n");
  });
});

import { expect, test } from "bun:test";
import { runProgram } from "../../lib/host/programs/subprocess.ts";
import { run } from "../tools/program.ts";
import { BUN } from "../tools/surroundings.ts";

const sh = (script: string, timeout: number) =>
  runProgram(["sh", "-c", script], { timeoutMs: timeout, forwardsSignals: false });

test("a program that exceeds its time limit is killed, and reported as timed out", async () => {
  expect(await sh("exec sleep 60", 500)).toMatchObject({ signal: "SIGKILL", timedOut: true });
});

test("a background process that keeps the pipes open delays the result by a second, outside the time limit", async () => {
  const { code, timedOut } = await sh("sleep 5 & exit 3", 900);
  // On a stalled machine the time limit may kill the program itself.
  expect(timedOut).toBe(code !== 3);
});

test("a program that cannot be started for want of descriptors is not called absent", async () => {
  const { stdout } = await run([...FEW_FILES, BUN, "-e", WITHOUT_DESCRIPTORS]);
  const errors = JSON.parse(stdout) as { message: string; hint: string; code: string }[];
  expect(errors.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^Cannot lock x: flock does not start: .*EMFILE/),
    expect.stringMatching(/^Cannot run true: .*EMFILE/),
  ]);
  for (const { hint, code } of errors)
    expect({ hint, code }).toEqual({
      hint: "raise the limit on open files (ulimit -n), then run it again",
      code: "unavailable",
    });
});

const FEW_FILES = ["sh", "-c", 'ulimit -n 64 && exec "$@"', "sh"];
/** Loads the modules, opens all descriptors that are left, and then takes a lock and runs a program. */
const WITHOUT_DESCRIPTORS = `
  const { tryLock } = await import("${import.meta.dir}/../../lib/host/locks/lock.ts");
  const { runProgram } = await import("${import.meta.dir}/../../lib/host/programs/subprocess.ts");
  const { openSync, closeSync } = require("node:fs");
  const taken = [];
  try { for (;;) taken.push(openSync("/dev/null")); } catch {}
  const errors = [];
  const keep = ({ message, hint, fault }) => errors.push({ message, hint, code: fault });
  try { tryLock(taken[0], "Cannot lock x"); } catch (error) { keep(error); }
  await runProgram(["true"], { forwardsSignals: false }).catch(keep);
  for (const fd of taken) closeSync(fd);
  console.log(JSON.stringify(errors));
`;

import { expect, test } from "bun:test";
import { runProgram } from "../../lib/host/programs/subprocess.ts";

const sh = (script: string, timeout: number) =>
  runProgram(["sh", "-c", script], { timeoutMs: timeout, forwardsSignals: false });

test("a program that takes longer than its time is killed, and said to have taken too long", async () => {
  expect(await sh("exec sleep 60", 500)).toMatchObject({ signal: "SIGKILL", timedOut: true });
});

test("what a program left running holds its pipes for a second, and takes none of its time", async () => {
  const { code, timedOut } = await sh("sleep 5 & exit 3", 900);
  // On a machine that stands still the program itself may be killed.
  expect(timedOut).toBe(code !== 3);
});

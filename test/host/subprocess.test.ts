import { expect, test } from "bun:test";
import { runProgram } from "../../lib/host/programs/subprocess.ts";

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

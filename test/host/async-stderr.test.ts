/** What a daemon says reaches stderr, or its loss is told. */
import { expect, test } from "bun:test";
import { join } from "node:path";

const MODULE = join(import.meta.dir, "../../lib/host/stdio/async-stderr.ts");

/** Starts a program that queues `count` lines of `length` characters at once, and ends when they are written. */
const sayAll = (count: number, length: number) =>
  Bun.spawn(
    [
      process.execPath,
      "-e",
      `const { flushStderr, queueStderr } = await import(${JSON.stringify(MODULE)});
       const filler = "x".repeat(${length});
       for (let n = 0; n < ${count}; n++) queueStderr(n + " " + filler + "\\n");
       console.log("queued");
       await Bun.sleep(0);
       await flushStderr(100_000);
       queueStderr("next\\n");
       await flushStderr(100_000);
       process.exit(0);`,
    ],
    { stdin: "ignore", stdout: "pipe", stderr: "pipe" },
  );

test("ten thousand lines at once are all written, in order", async () => {
  const lines = (await sayAll(10_000, 200).stderr.text()).trimEnd().split("\n");
  expect(lines.slice(0, -1).map((line) => parseInt(line, 10))).toEqual(
    Array.from({ length: 10_000 }, (_, n) => n),
  );
  expect(lines.at(-1)).toBe("next");
});

test("of more than a stalled reader can be kept for, the oldest are written, and the number of the others", async () => {
  const child = sayAll(300, 100_000);
  // Nothing is read before everything is queued.
  const { value } = await child.stdout.getReader().read();
  expect(new TextDecoder().decode(value)).toBe("queued\n");
  const lines = (await child.stderr.text()).trimEnd().split("\n");
  const told = lines.findIndex((line) => line.includes("missing here"));
  expect(told).toBeGreaterThan(100);
  expect(lines[told]).toBe(
    `${300 - told} messages are missing here: nothing read stderr for too long`,
  );
  expect(lines.slice(0, told).every((line, n) => line.startsWith(`${n} `))).toBe(true);
  expect(lines.slice(told + 1)).toEqual(["next"]);
});

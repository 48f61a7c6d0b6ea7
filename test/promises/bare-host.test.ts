/**
 * What Bun itself needs of a host before the toolkit's code runs, as lib/docs/operations.md describes it:
 * without that, a program does nothing, and its exit code cannot be taken for success.
 */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { lacking } from "../tools/needs.ts";
import { PROGRAMS } from "../../lib/dev/build.ts";
import { command, run, scratch } from "../tools/program.ts";
import { readRecord } from "../tools/wrapped.ts";

const here = scratch();

const noMount = lacking("root", "unshare");
describe.skipIf(noMount !== "")(`without /proc${noMount}`, () => {
  const root = join(here, "missions");
  const withoutProc = ["unshare", "--mount", "sh", "-c", 'umount -l /proc; ulimit -c 0; exec "$@"'];

  test.each(PROGRAMS)("%s ends with 134, says nothing on stdout and does nothing", async (name) => {
    mkdirSync(root, { recursive: true });
    const { code, stdout } = await run([
      ...withoutProc,
      "sh",
      ...command("executable", name),
      `--root=${root}`,
    ]);
    expect({ code, stdout }).toEqual({ code: 134, stdout: "" });
    expect(readdirSync(root)).toEqual([]);
  });
});

/** A shell's limits are in KiB. */
const limited = (flag: "-v" | "-d", kib: number, ...argv: string[]) => [
  "sh",
  "-c",
  `ulimit ${flag} ${kib} && exec "$@"`,
  "sh",
  ...argv,
];

describe("heartbeat run", () => {
  const beats = join(here, "beats");
  const wrapped = (job: string, ...argv: string[]) =>
    [...command("executable", "heartbeat"), "run", `--heartbeat-dir=${beats}`, "--job", job].concat(
      "--",
      argv,
    );
  test.each(["-v", "-d"] as const)("works under ulimit %s of 4 GB", async (flag) => {
    const argv = limited(flag, 4 * 2 ** 20, ...wrapped(`large${flag}`, "sh", "-c", "exit 7"));
    expect(await run(argv)).toEqual({ code: 7, stdout: "", stderr: "" });
    expect(readRecord(beats, `large${flag}`)).toMatchObject({ status: "fail", exit_code: 7 });
  });

  test.each(["-v", "-d"] as const)(
    "gives a command the small ulimit %s that it asks for",
    async (flag) => {
      const argv = wrapped(`small${flag}`, ...limited(flag, 100_000, "sh", "-c", `ulimit ${flag}`));
      expect(await run(argv)).toEqual({ code: 0, stdout: "100000\n", stderr: "" });
    },
  );

  test.each([
    ["-v", 200_000],
    ["-d", 100_000],
  ] as const)("starts nothing under ulimit %s of %d KiB, with 134", async (flag, kib) => {
    const argv = limited(flag, kib, ...wrapped(`tiny${flag}`, "sh", "-c", "echo ran"));
    const { code, stdout } = await run(["sh", "-c", 'ulimit -c 0; exec "$@"', "sh", ...argv]);
    expect({ code, stdout }).toEqual({ code: 134, stdout: "" });
  });
});

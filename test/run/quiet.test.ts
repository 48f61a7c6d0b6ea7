/**
 * The output of a quiet command is printed only if it fails.
 */
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { runWrapped } from "../tools/wrapped.ts";

const here = scratch();
let count = 0;
const MEBIBYTE = 1024 * 1024;

describe.each(FORMS)("heartbeat run --quiet (%s)", (form) => {
  const quiet = (script: string, ...flags: string[]) => {
    const places = ["--job=x", `--heartbeat-dir=${join(here, `beats-${count++}`)}`];
    return runWrapped(form, [...places, "--quiet", ...flags, "--", "sh", "-c", script]);
  };
  const PRINTS = "echo out; echo err >&2";

  test.concurrent("prints nothing of a command that succeeds", async () => {
    expect(await quiet(PRINTS)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await quiet(`${PRINTS}; exit 24`, "--ok-codes=0,24")).toEqual({
      code: 24,
      stdout: "",
      stderr: "",
    });
  });

  test.concurrent.each([
    ["exit 3", 3, []],
    ["kill -9 $$", 137, []],
    ["exec sleep 600", 143, ["--timeout=1s"]],
    ["exit 3", 3, ["--capture"]],
  ])("prints all to the stream it belongs to after: %s (%d, %p)", async (end, code, flags) => {
    const printed = { code, stdout: "out\n", stderr: "err\n" };
    expect(await quiet(`${PRINTS}; ${end}`, ...flags)).toEqual(printed);
  });

  test.concurrent(
    "prints what a command wrote to stderr, even if its stdout cannot be written",
    async () => {
      const argv = [
        ...command(form, "heartbeat"),
        "run",
        "--job=x",
        `--heartbeat-dir=${here}/full`,
      ];
      const quietly = [...argv, "--quiet", "--", "sh", "-c", `${PRINTS}; exit 3`];
      const { code, stderr } = await run(["sh", "-c", 'exec "$@" >/dev/full', "sh", ...quietly]);
      expect(code).toBe(3);
      const lost = "heartbeat run: Cannot print the output: no space left on device (ENOSPC)";
      expect(stderr.trimEnd().split("\n").toSorted()).toEqual(["err", lost]);
    },
  );

  test.concurrent("keeps a long output whole, and of a very long one both ends", async () => {
    const long = await quiet("seq 900000; exit 3");
    expect(long.stderr).toBe("");
    expect(long.stdout).toStartWith("1\n2\n3\n");
    expect(long.stdout).toEndWith("\n899999\n900000\n");
    expect(long.stdout.split("\n")).toHaveLength(900_001);
    const { stdout, stderr } = await quiet("seq 4000000; exit 3");
    expect(stdout).toStartWith("1\n2\n3\n");
    expect(stdout).toEndWith("\n3999999\n4000000\n");
    expect(stdout.length).toBeWithin(8 * MEBIBYTE, 12 * MEBIBYTE);
    const missing = Number(
      /^heartbeat run: (\d+) bytes of the output are left out here\n$/.exec(stderr)?.[1],
    );
    const whole =
      9 * 1 + 90 * 2 + 900 * 3 + 9000 * 4 + 90_000 * 5 + 900_000 * 6 + 3_000_001 * 7 + 4_000_000;
    expect(stdout.length + missing).toBe(whole);
  });
});

import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, ONE_FORM, run, scratch } from "../tools/program.ts";
import { refusalOf, refused } from "../tools/refusal.ts";

const root = join(scratch(), "missions");
writeCell(root, idOf(1));

describe.each(ONE_FORM)("scan (%s)", (form) => {
  const scan = (...args: string[]) => run([...command(form, "scan"), "--root", root, ...args]);
  const refusedCall = (...args: string[]) => refused(form, "scan", ["--root", root, ...args]);

  test.each([
    ["--ndjson", "--json"],
    ["--prometheus", "--json"],
    ["--prometheus", "--ndjson"],
    ["--prometheus", "--status=stale"],
    ["--explain", "--ndjson"],
    ["--explain", "--prometheus"],
    ["--explain", "--check"],
    ["--explain", "--status=stale"],
    ["--explain", "--output=report"],
    ["--explain", "--write-heartbeat"],
  ])("refuses %s together with %s", async (first, second) => {
    const flag = first === "--explain" ? `--explain=${idOf(1)}` : first;
    const { code, stdout, stderr } = await scan(flag, second);
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toContain(`Cannot use ${second.split("=")[0]} together with ${first}`);
  });

  test.each([
    [["--min-cells=2"], "--min-cells without --check"],
    [["--prometheus", "--min-cells=2"], "--min-cells without --check"],
    [["--check", "--jobs", "--min-cells=2"], "--min-cells together with --jobs"],
    [["--check", "--min-cells=2", idOf(1)], "a mission id with --min-cells"],
    [["--check", "--min-cells=-1"], '"-1" for --min-cells: Expected a whole number, 0 or more'],
    [["--check", "--min-cells=1.5"], '"1.5" for --min-cells: Expected a whole number, 0 or more'],
  ])("refuses %p with 64", async (args, what) => {
    const ended = await scan(...args);
    expect(refusalOf("scan", ended)).toMatchObject({ code: 64, message: `Cannot use ${what}` });
  });

  test("refuses another mission beside --explain", async () => {
    expect(await refusedCall(idOf(1), "--explain", idOf(1))).toMatchObject({
      code: 64,
      message: "Cannot use another mission id with --explain",
    });
  });

  test.each(["Stale", "sick", "stale,", "stale, healthy", "restive"])(
    "refuses --status %p with 64",
    async (status) => {
      expect(await refused(form, "scan", ["--root", root, "--status", status])).toMatchObject({
        code: 64,
        message: expect.stringMatching(/^Cannot use ".*" for --status$/),
        hint: expect.stringContaining(
          "the statuses are: incomplete, stale, uninitialized, healthy",
        ),
      });
    },
  );

  test("exits 66 for a named cell that is not there", async () => {
    expect(await refused(form, "scan", ["--root", root, idOf(1), idOf(7)])).toEqual({
      code: 66,
      message: `Cannot read mission ${idOf(7)}: there is no such cell under "${root}"`,
      hint: expect.stringContaining("list the cells with: scan"),
    });
  });
});

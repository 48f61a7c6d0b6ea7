import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, type Told, writeCell } from "../tools/cells.ts";
import { command, ONE_FORM, run, scratch } from "../tools/program.ts";
import { refusalOf } from "../tools/refusal.ts";

const here = scratch();
const SEED = { status: "initialized", state: "initialized", heartbeat: { seq: 0 } } as const;
const LINE =
  /^MISSIONS (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+ \| total=\d+ healthy=\d+ stale=\d+ incomplete=\d+ uninitialized=\d+ resting=\d+ waiting=\d+ stuck=\d+ critical=\d+ warning=\d+ duration=\d+ms\n$/;
let count = 0;

/** A root with a healthy cell and one more, as told or made by hand. */
function rootWith(...cells: (Told | ((cell: string) => void))[]): string {
  const root = join(here, `root-${count++}`);
  writeCell(root, idOf(0x100));
  cells.forEach((told, at) => {
    if (typeof told !== "function") writeCell(root, idOf(at + 1), told);
    else told(writeCell(root, idOf(at + 1)));
  });
  return root;
}

describe.each(ONE_FORM)("scan --check (%s)", (form) => {
  // Jobs of the machine are no concern of these tests.
  const check = (...args: string[]) =>
    run([...command(form, "scan"), "--check", "--heartbeat-dir=/nowhere", ...args]);

  test.each([
    ["a healthy cell", {}, 0, ""],
    ["a cell that is paused, however long", { status: "paused", age: 90_000 }, 0, ""],
    ["a cell that completed", { status: "completed", age: 90_000, state: "exiting" }, 0, ""],
    ["a cell that ended stuck", { status: "completed", state: "stuck" }, 0, ""],
    ["a new cell", SEED, 0, ""],
    [
      "a cell that never beat",
      { ...SEED, age: 7290 },
      1,
      "no beat since the cell was created at 20",
    ],
    ["an agent that exited", { state: "exiting", age: 3600 }, 1, "the agent reported at 20"],
    ["an agent that is stuck", { state: "stuck" }, 1, "the agent is reported as stuck"],
    ["a mission that failed", { status: "failed" }, 1, "the mission failed"],
    ["a clock that is ahead", { age: -7290 }, 1, "the last beat lies in the future, at 20"],
    ["an old heartbeat", { age: 7290 }, 2, "no beat since 20"],
  ] as [string, Told, number, string][])("of %s", async (_, told, code, blame) => {
    const state = ["OK", "WARNING", "CRITICAL"][code] ?? "";
    const ended = await check("--root", rootWith(told));
    expect(ended).toMatchObject({ code, stderr: "" });
    expect(ended.stdout).toMatch(LINE);
    expect(ended.stdout).toStartWith(`MISSIONS ${state} - `);
    const worst = blame === "" ? "uninitialized | total=2" : `uninitialized; ${idOf(1)}: ${blame}`;
    expect(ended.stdout).toContain(worst);
  });

  test.each([
    ["an uninitialized cell", emptied, 1, "meta does not exist"],
    ["an incomplete cell", withoutConfig, 2, `${CELL_FILES.config} does not exist`],
  ] as const)("of %s", async (_, spoil, code, blame) => {
    const ended = await check("--root", rootWith(spoil));
    expect(ended).toMatchObject({ code, stderr: "" });
    expect(ended.stdout).toMatch(LINE);
    expect(ended.stdout).toContain(`${idOf(1)}: ${blame}`);
  });

  test("names the worst cell, not the first", async () => {
    const { code, stdout } = await check("--root", rootWith({ state: "stuck" }, withoutConfig));
    expect(code).toBe(2);
    expect(stdout).toContain(`; ${idOf(2)}: `);
  });

  test("is UNKNOWN when so many fell silent at once", async () => {
    const root = rootWith(...Array.from({ length: 5 }, () => ({ age: 600 })));
    const { code, stdout } = await check("--root", root);
    expect(code).toBe(3);
    expect(stdout).toMatch(LINE);
    expect(stdout).toContain("; 5 of 6 agents fell silent at the same time, after 20");
  });

  test("is CRITICAL when they have been silent for long, and for some cells alone", async () => {
    const longSilent = rootWith(...Array.from({ length: 5 }, () => ({ age: 3600 })));
    expect(await check("--root", longSilent)).toMatchObject({ code: 2 });
    const silent = rootWith({ age: 600 }, { age: 600 });
    expect(await check("--root", silent, idOf(1), idOf(2))).toMatchObject({ code: 2 });
  });

  test.each([
    ["no root", ["--root", "/nowhere"], 'Cannot list cells under "/nowhere": it does not exist'],
    ["no such cell", ["--root", here, idOf(7)], `Cannot read mission ${idOf(7)}`],
    ["no configuration", ["--config", "/nowhere"], 'Cannot use the configuration "/nowhere"'],
  ])("is UNKNOWN with %s, on stdout", async (_, args, why) => {
    const { code, stdout, stderr } = await check(...args);
    expect({ code, stderr }).toEqual({ code: 3, stderr: "" });
    expect(stdout).toStartWith(`MISSIONS UNKNOWN - ${why}`);
    expect(stdout.match(/\n/g)).toHaveLength(1);
  });

  test.each([
    ["no cells", 0, [], "3", "the root holds 0 cells, at least 1 expected"],
    ["no cells, and none expected", 0, ["--min-cells=0"], "0", ""],
    [
      "fewer cells than expected",
      2,
      ["--min-cells", "3"],
      "3",
      "holds 2 cells, at least 3 expected",
    ],
    ["one cell of two", 1, ["--min-cells=2"], "3", "the root holds 1 cell, at least 2 expected"],
    ["as many cells as expected", 2, ["--min-cells=2"], "0", ""],
  ])("of a root with %s", async (_, cells, flags, code, words) => {
    const root = mkdtempSync(join(here, "few-"));
    for (let n = 1; n <= cells; n++) writeCell(root, idOf(n));
    const { code: ended, stdout } = await check("--root", root, ...flags);
    expect({ code: `${ended}`, stdout }).toEqual({ code, stdout: expect.stringContaining(words) });
    expect(stdout).toMatch(LINE);
  });

  test.each([
    ["CRITICAL before", withoutConfig, 2],
    ["UNKNOWN for", emptied, 3],
  ] as const)("is %s fewer cells than expected", async (_, spoil, code) => {
    expect(await check("--root", rootWith(spoil), "--min-cells=9")).toMatchObject({ code });
  });

  test("looks at the named cells only", async () => {
    const root = rootWith(withoutConfig);
    expect(await check("--root", root, idOf(0x100))).toMatchObject({ code: 0 });
  });

  test("holds one line and one bar whatever a cell says", async () => {
    const root = rootWith({ config: { heartbeat: "../x|y\nMISSIONS OK\u001b[0m" } });
    const { stdout } = await check("--root", root);
    expect(stdout).toMatch(LINE);
  });

  test.each(["--json", "--ndjson", "--prometheus", "--status=stale", "--output=x"])(
    "is refused together with %s",
    async (flag) => {
      const name = flag.split("=")[0] ?? "";
      const ended = await run([...command(form, "scan"), "--root", here, "--check", flag]);
      if (flag !== "--json")
        expect(refusalOf("scan", ended).message).toBe(`Cannot use ${name} together with --check`);
      expect(ended).toMatchObject({ code: 64, stdout: "" });
    },
  );
});

function emptied(cell: string): void {
  rmSync(cell, { recursive: true });
  mkdirSync(cell);
}

function withoutConfig(cell: string): void {
  rmSync(join(cell, CELL_FILES.config));
}

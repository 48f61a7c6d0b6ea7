import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { CELL_DIRS, CELL_FILES } from "../lib/schemas/cell.ts";
import { idOf, writeCell } from "./tools/cells.ts";
import { command, FORMS, run, scratch } from "./tools/program.ts";
import { refused } from "./tools/refusal.ts";

const root = join(scratch(), "missions");
writeCell(root, idOf(1), { age: 7290, heartbeat: { interval_seconds: 60 } });
rmSync(join(writeCell(root, idOf(2)), CELL_FILES.log));
writeCell(root, idOf(3), { status: "paused", age: 7290 });
const PATHS = [...CELL_DIRS, ...Object.values(CELL_FILES)];

describe.each(FORMS)("scan --explain (%s)", (form) => {
  const explain = (id: string, ...args: string[]) =>
    run([...command(form, "scan"), "--root", root, "--explain", id, ...args]);

  test("shows the verdict, the row that decided, the facts and the policy", async () => {
    const { code, stdout, stderr } = await explain(idOf(1), "--max-stale-after-seconds=7000");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.split("\n").map((line) => line.replace(/729\d(\.\d+)? s/, "7290 s"));
    expect(lines.map((line) => line.replace(/20\d\d-.*Z/, "<time>"))).toEqual([
      `mission   ${idOf(1)}`,
      "status    stale",
      "decided   stale: the contract holds, a beat is expected, and the last one is too old or ahead of the clock",
      "problem   heartbeat-old: no beat since <time>: the limit is 4m",
      "",
      "facts",
      ...CELL_DIRS.map((dir) => `  found           ${dir}`),
      `  read            ${CELL_FILES.mission}`,
      `  read            ${CELL_FILES.config}`,
      `  read            ${CELL_FILES.heartbeat}`,
      `  found           ${CELL_FILES.log}`,
      "  mission status  active",
      "  last beat       <time>, state working",
      "  age             7290 s (2h 1m)",
      "  age limit       240 s (4m)",
      "",
      "policy",
      "  limit from 4 times interval_seconds of the heartbeat, held between 30 and 7000",
      "  stale_after_seconds 300",
      "  min_stale_after_seconds 30",
      "  max_stale_after_seconds 7000",
      "  allowed_skew_seconds 60",
      "",
    ]);
  });

  test("gives the same as JSON", async () => {
    const { code, stdout } = await explain(idOf(2), "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      mission_id: idOf(2),
      status: "incomplete",
      row: "incomplete",
      because: "a part is absent, broken, or contradicts another",
      problems: [
        { code: "absent", path: CELL_FILES.log, text: `${CELL_FILES.log} does not exist` },
      ],
      age_seconds: expect.any(Number),
      limit_seconds: null,
      limit_from: expect.stringContaining("the configured stale_after_seconds"),
      facts: PATHS.map((path) => ({ path, outcome: expect.any(String) as string })),
      mission_status: "active",
      beat: { timestamp: expect.stringMatching(/Z$/), state: "working" },
      policy: {
        stale_after_seconds: 300,
        min_stale_after_seconds: 30,
        max_stale_after_seconds: 3600,
        allowed_skew_seconds: 60,
      },
    });
  });

  test("names the row of a cell that rests", async () => {
    const { stdout } = await explain(idOf(3));
    expect(stdout).toContain("status    healthy\ndecided   resting: the contract holds");
    expect(stdout).toContain("limit from nothing: no beat is expected");
  });

  test("exits 66 for a cell that is not there", async () => {
    expect(await refused(form, "scan", ["--root", root, "--explain", idOf(9)])).toEqual({
      code: 66,
      message: `Cannot look at mission ${idOf(9)}: there is no such cell under "${root}"`,
      hint: expect.stringContaining("see what there is with: scan"),
    });
  });

  test("refuses what is no id with 64", async () => {
    expect(await refused(form, "scan", ["--root", root, "--explain", "../etc"])).toMatchObject({
      code: 64,
    });
  });
});

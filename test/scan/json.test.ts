import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { stagingName } from "../../lib/cell/rules/staging-name.ts";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { Report, ReportCell } from "../../lib/contract/report.ts";
import { ReportV1 } from "../../lib/verdict/report-versions.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";

const here = scratch();
const root = join(here, "missions");
const LETTERS = "0b7e5a34-6f6f-4c35-9d3e-abcdefabcdef";
const BOOT = "7d3c1f8e-52b0-4a55-9f0e-6f7a3f3b9a11";
const LEFT = stagingName(idOf(9), { boot_id: BOOT, pid: 7 }, "0123456789abcdef");

writeCell(root, idOf(3), { title: "\u001b[31m\u202e", mission: { labels: { team: "a" } } });
writeCell(root, idOf(1), { status: "paused", age: 9000 });
writeCell(root, idOf(2), { age: 7290 });
mkdirSync(join(root, idOf(5)));
rmSync(join(writeCell(root, idOf(4)), CELL_FILES.heartbeat));
for (const name of [LETTERS.toUpperCase(), "lost+found", LEFT]) mkdirSync(join(root, name));
writeFileSync(join(root, "README"), "");
symlinkSync(idOf(1), join(root, "latest"));
const EXPECTED = [
  [idOf(1), "healthy"],
  [idOf(2), "stale"],
  [idOf(3), "healthy"],
  [idOf(4), "incomplete"],
  [idOf(5), "uninitialized"],
];

const statuses = (cells: readonly ReportCell[]) =>
  cells.map(({ mission_id, status }) => [mission_id, status]);

describe.each(FORMS)("scan (%s)", (form) => {
  const scan = (...args: string[]) => run([...command(form, "scan"), "--root", root, ...args]);
  const reportOf = async (...args: string[]) =>
    v.parse(v.strictObject(Report.entries), JSON.parse((await scan("--json", ...args)).stdout));

  test("prints with --json a report by its schema, cells sorted by id", async () => {
    const report = await reportOf();
    expect(statuses(report.cells)).toEqual(EXPECTED);
    expect(report.summary).toEqual({
      total: 5,
      healthy: 2,
      stale: 1,
      incomplete: 1,
      uninitialized: 1,
      resting: 1,
      waiting: 0,
      stuck: 0,
      critical: 2,
      warning: 1,
    });
    expect(report).toMatchObject({ schema_version: 2, root });
  });

  test("keeps the order of the report's keys", async () => {
    const { stdout } = await scan("--json");
    const optional = ["next_expected_at", "suspicion", "hold", "fleet", "jobs", "jobs_unknown"];
    const names = Object.keys(Report.entries).filter((name) => !optional.includes(name));
    expect(Object.keys(JSON.parse(stdout) as object)).toEqual(names);
  });

  test("tells all that it knows of a cell", async () => {
    const { cells } = await reportOf();
    expect(cells[1]).toEqual({
      mission_id: idOf(2),
      title: null,
      owner: null,
      labels: {},
      source: null,
      status: "stale",
      attention: "critical",
      mission_status: "active",
      state: "working",
      message: null,
      progress: null,
      activity: null,
      last_heartbeat: expect.stringMatching(/Z$/),
      expected_since: expect.stringMatching(/Z$/),
      age_seconds: expect.closeTo(7290, -2),
      limit_seconds: 300,
      evidence: { process: null, exit: null, host: "test" },
      problems: [
        {
          code: "heartbeat-old",
          path: CELL_FILES.heartbeat,
          text: expect.stringMatching(/^no beat since 20[-0-9T:.]+Z: the limit is 5m$/),
        },
      ],
    });
    expect(cells[2]).toMatchObject({ title: "\u001b[31m\u202e", labels: { team: "a" } });
  });

  test("prints with --report-version 1 what older readers understand", async () => {
    const { stdout } = await scan("--json", "--report-version", "1");
    const report = v.parse(v.strictObject(ReportV1.entries), JSON.parse(stdout));
    expect(statuses(report.cells as never)).toEqual(EXPECTED);
    expect(report.summary).toEqual({
      total: 5,
      healthy: 2,
      stale: 1,
      incomplete: 1,
      uninitialized: 1,
      resting: 1,
    });
  });

  test("lists what it ignores, and why", async () => {
    expect((await reportOf()).ignored).toEqual([
      { name: LEFT, why: "left behind by an init-cell that was killed" },
      { name: LETTERS.toUpperCase(), why: "its name is not a canonical mission id" },
      { name: "README", why: "not a directory" },
      { name: "latest", why: "not a directory" },
      { name: "lost+found", why: "its name is not a canonical mission id" },
    ]);
  });

  test.each([["--json"], ["--ndjson"]])("prints with %s no raw control character", async (flag) => {
    const { stdout } = await scan(flag);
    expect(stdout).toContain("\\u001b[31m\\u202e");
    expect(stdout.replaceAll("\n", "").match(/[\p{Cc}\p{Cf}]/u)).toBeNull();
  });

  test("prints with --ndjson one line for each cell", async () => {
    const { code, stdout, stderr } = await scan("--ndjson");
    const lines = stdout.trimEnd().split("\n");
    const cells = lines.map((line) =>
      v.parse(v.strictObject(ReportCell.entries), JSON.parse(line)),
    );
    expect(statuses(cells)).toEqual(EXPECTED);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test.each(["--json", "--ndjson"])("looks with %s at the named cells only", async (flag) => {
    const { stdout } = await scan(flag, idOf(3), idOf(1), idOf(3));
    expect(stdout.match(/"mission_id": ?"[^"]*/g)).toHaveLength(2);
    expect(stdout.indexOf(idOf(1))).toBeLessThan(stdout.indexOf(idOf(3)));
  });

  test.each([
    ["stale", [idOf(2)]],
    ["stale,incomplete", [idOf(2), idOf(4)]],
    ["healthy", [idOf(1), idOf(3)]],
    ["uninitialized,stale,uninitialized", [idOf(2), idOf(5)]],
  ])("shows with --status %s these alone, and counts all", async (status, ids) => {
    const { cells, summary } = await reportOf("--status", status);
    expect(cells.map(({ mission_id }) => mission_id)).toEqual(ids);
    expect(summary.total).toBe(5);
    const { stdout } = await scan("--ndjson", "--status", status);
    expect(stdout.trimEnd().split("\n")).toHaveLength(ids.length);
  });

  test("exits 74 without a word when its reader closes the pipe", async () => {
    const script = '{ sleep 0.3; "$@"; echo "exit $?" >&2; } | true';
    const { stderr } = await run([
      "sh",
      "-c",
      script,
      "sh",
      ...command(form, "scan"),
      "--root",
      root,
    ]);
    expect(stderr).toBe("exit 74\n");
  });
});

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { CELL_DIRS, CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";
import { placeOf, stopDaemons } from "../tools/supervised.ts";

stopDaemons();

const root = join(scratch(), "missions");
writeCell(root, idOf(1), { age: 7290, heartbeat: { interval_seconds: 60 } });
rmSync(join(writeCell(root, idOf(2)), CELL_FILES.log));
writeCell(root, idOf(3), { status: "paused", age: 7290 });
writeFileSync(join(writeCell(root, idOf(4)), CELL_FILES.heartbeat), "");
writeFileSync(join(writeCell(root, idOf(5), { status: "paused" }), CELL_FILES.heartbeat), "");
const PATHS = [...CELL_DIRS, ...Object.values(CELL_FILES)];

describe.each(FORMS)("scan --explain (%s)", (form) => {
  const explain = (id: string, ...args: string[]) =>
    run([...command(form, "scan"), "--root", root, "--explain", id, ...args]);

  test("shows the verdict, the row that decided, the facts and the policy", async () => {
    const { code, stdout, stderr } = await explain(idOf(1), "--max-stale-after-seconds=7000");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout
      .split("\n")
      .map((line) => line.replace(/7[2-9]\d\d(\.\d+)? s \(2h \d+m\)/, "7290 s (2h 1m)"));
    expect(lines.map((line) => line.replace(/20\d\d-.*Z/, "<time>"))).toEqual([
      `mission   ${idOf(1)}`,
      "status    stale",
      "attention critical",
      "decided   heartbeat-old, by the expectation: the last beat is older than the limit",
      "problem   heartbeat-old: no beat since <time>: the limit is 4m",
      `next      see whether the agent still works; if not, restart it, or type mission ${idOf(1)} pause --root ${root}`,
      "",
      "witnesses",
      "  contract        10 of 10 parts are sound; mission active",
      "  beat            <time>, state working, age 7290 s (2h 1m)",
      "  process         the last beat vouches for no process",
      "  exit            none recorded",
      "  expectation     a beat has been expected since <time>, limit 240 s (4m)",
      "  host            test",
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
      "limits",
      "  limit from 4 times interval_seconds of the heartbeat, at least 30, at most 7000",
      "  stale_after_seconds 300",
      "  min_stale_after_seconds 30",
      "  max_stale_after_seconds 7000",
      "  allowed_skew_seconds 60",
      "  max_waiting_seconds 86400",
      "",
    ]);
  });

  test("gives the same as JSON", async () => {
    const { code, stdout } = await explain(idOf(2), "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      mission_id: idOf(2),
      status: "incomplete",
      attention: "critical",
      row: "incomplete",
      because: "a part is absent, broken, or contradicts another",
      witness: "contract",
      problems: [
        { code: "absent", path: CELL_FILES.log, text: `${CELL_FILES.log} does not exist` },
      ],
      note: null,
      next_step: expect.stringContaining(`init-cell ${idOf(2)} --repair`),
      age_seconds: expect.any(Number),
      limit_seconds: null,
      limit_from: expect.stringContaining("the configured stale_after_seconds"),
      facts: PATHS.map((path) => ({ path, outcome: expect.any(String) as string })),
      mission_status: "active",
      beat: { timestamp: expect.stringMatching(/Z$/), state: "working" },
      witnesses: {
        contract: "9 of 10 parts are sound; mission active",
        beat: expect.stringMatching(/^20.*Z, state working, age /),
        process: "the last beat vouches for no process",
        exit: "none recorded",
        expectation: "unknown: the cell is incomplete",
        host: "test",
      },
      policy: {
        stale_after_seconds: 300,
        min_stale_after_seconds: 30,
        max_stale_after_seconds: 3600,
        allowed_skew_seconds: 60,
        max_waiting_seconds: 86_400,
      },
    });
  });

  test("names the row of a cell that rests", async () => {
    const { stdout } = await explain(idOf(3));
    expect(stdout).toContain(
      "status    healthy\nattention none\ndecided   resting, by the contract: the contract holds",
    );
    expect(stdout).toContain("no age limit: no beat is expected");
  });

  test("calls unknown what a beat that cannot be read would have said", async () => {
    const { stdout } = await explain(idOf(4));
    const unknown = "unknown: there is no beat that can be read";
    for (const witness of ["beat", "process", "exit", "host"])
      expect(stdout).toContain(`\n  ${witness.padEnd(16)}${unknown}\n`);
    expect(stdout).toContain("\n  expectation     unknown: the cell is incomplete\n");
    expect(stdout).toContain("\n  no age limit: the cell is incomplete\n");
    expect(stdout).not.toContain("no beat is expected");
  });

  test("expects no beat of a paused mission, even if its beat cannot be read", async () => {
    expect((await explain(idOf(5))).stdout).toContain("  expectation     no beat is expected\n");
  });

  test("names the suspicion that the daemon last had", async () => {
    const place = placeOf();
    writeCell(place.root, idOf(1), { age: 7290 });
    await place.call(form, "--once");
    const path = join(place.folder, "report.json");
    // Fresh for three minutes, as of a daemon with a round each minute.
    const [generated_at, next_expected_at] = [0, 60_000].map((ms) =>
      new Date(Date.now() + ms).toISOString(),
    );
    const suspicion = { cause: "suspended", text: "this host was suspended" };
    const head = { schema_version: 2, generated_at, next_expected_at, suspicion };
    writeFileSync(path, JSON.stringify({ ...head, summary: {} }));
    const args = ["--config", place.config, "--root", place.root];
    const { stdout } = await run([...command(form, "scan"), ...args, "--explain", idOf(1)]);
    expect(stdout).toContain(
      "  host            test; suspicion suspended: this host was suspended\n",
    );
  });

  test("exits 66 for a cell that is not there", async () => {
    expect(await refused(form, "scan", ["--root", root, "--explain", idOf(9)])).toEqual({
      code: 66,
      message: `Cannot read mission ${idOf(9)}: there is no such cell under "${root}"`,
      hint: expect.stringContaining("list the cells with: scan"),
    });
  });

  test("refuses what is no id with 64", async () => {
    expect(await refused(form, "scan", ["--root", root, "--explain", "../etc"])).toMatchObject({
      code: 64,
    });
  });
});

import { describe, expect, test } from "bun:test";
import { checkReport } from "../../lib/scan/rules/check-state.ts";
import { checkLine } from "../../lib/scan/rules/nagios.ts";
import { classify } from "../../lib/verdict/classify.ts";
import { buildReport, reportCell } from "../../lib/verdict/report.ts";
import type { ReportCell } from "../../lib/contract/report.ts";
import { idOf } from "../tools/cells.ts";
import { type Changes, factsOf, NOON, LIMITS } from "../tools/facts.ts";

const cellOf = (changes: Changes = {}, n = 1): ReportCell => {
  const facts = factsOf(changes);
  return { ...reportCell(facts, classify(facts, LIMITS, NOON)), mission_id: idOf(n) };
};
const reportOf = (cells: readonly ReportCell[]) =>
  buildReport({ now: NOON, host: "h", root: "/r", duration_ms: 1.4 }, cells, []);
const resting = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    cellOf({ mission: { status: "paused" }, age: 400 }, 200 + n),
  );

describe("makeReport()", () => {
  test("sorts cells by id and counts each status, resting ones as healthy too", () => {
    const report = reportOf([
      cellOf({ age: 400 }, 2),
      cellOf({ mission: { status: "failed" } }, 1),
      cellOf({ log: { outcome: "absent" } }, 3),
    ]);
    expect(report.cells.map(({ mission_id }) => mission_id)).toEqual([idOf(1), idOf(2), idOf(3)]);
    expect(report.summary).toEqual({
      total: 3,
      healthy: 1,
      stale: 1,
      incomplete: 1,
      uninitialized: 0,
      resting: 1,
      waiting: 0,
      stuck: 0,
      critical: 2,
      warning: 1,
    });
  });

  test("takes over a bounded part of what a cell says of itself", () => {
    const labels = Object.fromEntries(
      Array.from({ length: 5000 }, (_, n) => [`${n}`.repeat(50), "v".repeat(5000)]),
    );
    const cell = cellOf({ mission: { title: "t".repeat(60_000), labels } });
    expect(JSON.stringify(cell).length).toBeLessThan(10_000);
  });
});

describe("checkReport()", () => {
  test.each([
    ["nothing wrong", [cellOf()], "OK"],
    ["no cells at all", [], "OK"],
    ["a paused one", resting(1), "OK"],
    ["an old beat", [cellOf({ age: 400 })], "CRITICAL"],
    ["an incomplete one", [cellOf({ log: { outcome: "absent" } })], "CRITICAL"],
    [
      "one that never beat",
      [cellOf({ age: 400, heartbeat: { state: "initialized", seq: 0 } })],
      "WARNING",
    ],
    ["one that exited", [cellOf({ age: 400, heartbeat: { state: "exiting" } })], "WARNING"],
    ["a clock ahead", [cellOf({ age: -400 })], "WARNING"],
    ["one that says it is stuck", [cellOf({ heartbeat: { state: "stuck" } })], "WARNING"],
    ["a failed mission", [cellOf({ mission: { status: "failed" } })], "WARNING"],
  ] as const)("%s", (_, cells, state) => {
    expect(checkReport(reportOf(cells))).toBe(state);
  });

  test("a suspicion", () => {
    const suspicion = { cause: "disk-full", text: "the disk is full" } as const;
    const header = { now: NOON, host: "h", root: "/r", duration_ms: 1, suspicion };
    const report = buildReport(header, [cellOf()], []);
    expect(report).toMatchObject({ suspicion });
    expect(checkReport(report)).toBe("UNKNOWN");
  });

  test("says it in one line with performance data, and lets no cell forge some", () => {
    const line = checkLine(reportOf([cellOf({ config: { outcome: "malformed", why: "a|b" } })]));
    expect(line).toStartWith(
      "MISSIONS CRITICAL - 0 healthy, 0 stale, 1 incomplete, 0 uninitialized; ",
    );
    expect(line.split("|")).toHaveLength(2);
    expect(line).toEndWith(
      "| total=1 healthy=0 stale=0 incomplete=1 uninitialized=0 resting=0 waiting=0 stuck=0 critical=1 warning=0 duration=1ms",
    );
  });
});

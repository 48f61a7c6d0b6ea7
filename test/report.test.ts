import { describe, expect, test } from "bun:test";
import { checkLine, checkReport } from "../lib/rules/check.ts";
import { classify } from "../lib/rules/classify.ts";
import { isObserverSuspect, makeReport, reportCell, summarize } from "../lib/rules/report.ts";
import type { ReportCell } from "../lib/schemas/report.ts";
import { idOf } from "./tools/cells.ts";
import { type Changes, factsOf, NOON, POLICY } from "./tools/facts.ts";

const cellOf = (changes: Changes = {}, n = 1): ReportCell => {
  const facts = factsOf(changes);
  return { ...reportCell(facts, classify(facts, POLICY, NOON)), mission_id: idOf(n) };
};
const reportOf = (cells: readonly ReportCell[]) =>
  makeReport({ now: NOON, host: "h", root: "/r", duration_ms: 1.4 }, cells, []);
const silent = (count: number, age: (n: number) => number) =>
  Array.from({ length: count }, (_, n) => cellOf({ age: age(n) }, n));
const well = (count: number) => Array.from({ length: count }, (_, n) => cellOf({}, 100 + n));
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

describe("isObserverSuspect()", () => {
  test.each([
    ["5 of 5 that fell silent within a minute", silent(5, (n) => 400 + n), true],
    ["4 of 4", silent(4, () => 400), false],
    ["11 of 20, which is 55 %", [...silent(11, () => 400), ...well(9)], true],
    ["10 of 20", [...silent(10, () => 400), ...well(10)], false],
    [
      "5 of 9 beating ones, beside 50 that rest",
      [...silent(5, () => 400), ...well(4), ...resting(50)],
      true,
    ],
    ["5 whose limits ran out 60 s apart", silent(5, (n) => 400 + 15 * n), true],
    ["5 whose limits ran out 61 s apart", silent(5, (n) => 400 + 15.25 * n), false],
    [
      "5 within a minute, and one that was silent before",
      [...silent(5, () => 400), cellOf({ age: 9999 }, 50)],
      true,
    ],
  ])("%s", (_, cells, suspect) => {
    expect(isObserverSuspect(cells)).toBe(suspect);
  });

  test("counts only those that really went silent", () => {
    const exited = Array.from({ length: 6 }, (_, n) =>
      cellOf({ age: 400, heartbeat: { state: "exiting" } }, n),
    );
    expect(isObserverSuspect(exited)).toBe(false);
    expect(summarize(exited).stale).toBe(6);
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
    ["a suspect observer", silent(5, () => 400), "UNKNOWN"],
  ] as const)("%s", (_, cells, state) => {
    expect(checkReport(reportOf(cells))).toBe(state);
  });

  test("says it in one line with performance data, and lets no cell forge some", () => {
    const line = checkLine(reportOf([cellOf({ config: { outcome: "malformed", why: "a|b" } })]));
    expect(line).toStartWith(
      "MISSIONS CRITICAL - 0 healthy, 0 stale, 1 incomplete, 0 uninitialized; ",
    );
    expect(line.split("|")).toHaveLength(2);
    expect(line).toEndWith(
      "| total=1 healthy=0 stale=0 incomplete=1 uninitialized=0 resting=0 duration=1ms",
    );
  });
});

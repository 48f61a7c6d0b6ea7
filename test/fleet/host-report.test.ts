/**
 * What a host says of itself, whatever it says: read within limits, or a reason why not.
 */
import { expect, test } from "bun:test";
import { readHostReport } from "../../lib/fleet/rules/host-report.ts";
import { inVersion1 } from "../../lib/verdict/report-versions.ts";
import { cellOf, deadCell, reportOf } from "./hosts.ts";

const REPORT = reportOf([cellOf(1), deadCell(2)]);
const text = (value: unknown): string => JSON.stringify(value);

test("a report is read", () => {
  expect(readHostReport(text(REPORT))).toEqual({ report: REPORT });
});

test("a report of version 1 is read as one of the current version", () => {
  expect(readHostReport(text(inVersion1(REPORT)))).toMatchObject({
    report: { schema_version: 2, summary: { total: 2, healthy: 1, stale: 1 } },
  });
});

test("a summary that its cells do not bear out is counted anew", () => {
  const boast = { ...REPORT, summary: { ...REPORT.summary, total: 1e9, healthy: 1e9 } };
  expect(readHostReport(text(boast))).toEqual({ report: REPORT });
});

test("healthy cells that were left out are counted", () => {
  expect(readHostReport(text({ ...REPORT, left_off: 40 }))).toMatchObject({
    report: { summary: { total: 42, healthy: 41, stale: 1 } },
  });
});

test.each<[string, string, string]>([
  ["nothing", "", "it is empty"],
  ["noise", "\u0000\u0001", "it is not JSON"],
  ["a page", "<html>", "it is not JSON"],
  ["null", "null", "not a report"],
  ["a list", "[]", "not a report"],
  ["half a report", text(REPORT).slice(0, -9), "it ends before its last bracket: it was cut off"],
  ["brackets", "[".repeat(4_000_000), "it is nested more than 64 deep"],
  ["65 levels", `${"[".repeat(65)}${"]".repeat(65)}`, "it is nested more than 64 deep"],
  ["a newer version", text({ schema_version: 3 }), "written by a newer version (report 3)"],
  ["cells in words", text({ ...REPORT, cells: "many" }), "not a report: cells"],
  ["an unknown status", text({ ...REPORT, cells: [{ ...cellOf(1), status: "dead" }] }), "status"],
  ["a time that never was", text({ ...REPORT, generated_at: "2026-02-31T00:00:00Z" }), "RFC 3339"],
  ["more left out than can be", text({ ...REPORT, left_off: 1e300 }), "left_off"],
  ["fewer than none left out", text({ ...REPORT, left_off: -1 }), "left_off"],
])("%s is not read", (_, given, why) => {
  const read = readHostReport(given);
  expect("unreadable" in read && read.unreadable).toContain(why);
});

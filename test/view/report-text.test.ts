import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { printableJson } from "../../lib/base/printable.ts";
import type { Report } from "../../lib/contract/report.ts";
import { writeOutput } from "../../lib/host/files/output-file.ts";
import { reportJson } from "../../lib/view/report-text.ts";
import { idOf } from "../tools/cells.ts";
import { scratch } from "../tools/program.ts";
import { reportOf } from "../tools/sources.ts";

const TRICKY = 'x\u202e","age_seconds":7,"cells":[';
const CHANGES = { heartbeat: { message: TRICKY, host: TRICKY }, age: 4000.5 };
const tricky = (count: number): Report => {
  const ids = Array.from({ length: count }, (_, n) => idOf(n));
  const labels = { age_seconds: "1", [TRICKY]: TRICKY };
  return {
    ...reportOf(
      Object.fromEntries(ids.map((id) => [id, CHANGES])),
      Object.fromEntries(ids.map((id) => [id, labels])),
    ),
    suspicion: { cause: "starved", text: TRICKY },
  };
};

const plain = (count: number): Report =>
  reportOf(Object.fromEntries(Array.from({ length: count }, (_, n) => [idOf(n), {}])));
const withTitles = (title: string): Report => {
  const report = plain(130);
  return { ...report, cells: report.cells.map((cell) => ({ ...cell, title })) };
};

test.each([
  ["no cells", plain(0)],
  ["one cell", tricky(1)],
  ["many cells", plain(300)],
  ["many tricky cells", tricky(300)],
  ["a letter beyond ASCII", withTitles("\u00e9")],
  ["a control that JSON does not escape", withTitles("\x7f")],
])("%s have the same text in parts as in whole", (_, report) => {
  for (const age of [12.345, -1, 0, null]) {
    for (const cell of report.cells) cell.age_seconds = age;
    expect([...reportJson(report)].join("")).toBe(`${printableJson(report)}\n`);
  }
});

test("a large report is written in parts, and whole", () => {
  const file = join(scratch(), "report.json");
  const report = tricky(300);
  expect([...reportJson(report)].length).toBeGreaterThan(1);
  writeOutput(file, reportJson(report));
  expect(readFileSync(file, "utf8")).toBe(`${printableJson(report)}\n`);
});

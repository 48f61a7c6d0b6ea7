import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { printableJson } from "../../lib/base/printable.ts";
import type { Report } from "../../lib/contract/report.ts";
import { writeOutput } from "../../lib/host/files/output-file.ts";
import { createReportText } from "../../lib/view/report-text.ts";
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

test.each([0, 1, 2, 300])(
  "%d cells have the same text as the whole report, round by round",
  (n) => {
    const textOf = createReportText();
    const report = tricky(n);
    for (const age of [12.345, -1, 0, null]) {
      for (const cell of report.cells) cell.age_seconds = age;
      expect([...textOf(report)].join("")).toBe(`${printableJson(report)}\n`);
    }
    const changed = report.cells.map((cell, at) =>
      at % 2 === 0 ? { ...cell, title: "new" } : cell,
    );
    const next = { ...report, cells: changed };
    expect([...textOf(next)].join("")).toBe(`${printableJson(next)}\n`);
  },
);

test("a large report is written in parts, and whole", () => {
  const file = join(scratch(), "report.json");
  const report = tricky(300);
  expect([...createReportText()(report)].length).toBeGreaterThan(1);
  writeOutput(file, createReportText()(report));
  expect(readFileSync(file, "utf8")).toBe(`${printableJson(report)}\n`);
});

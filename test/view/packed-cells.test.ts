/** Cells as short texts: what comes out is what went in, byte for byte. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { ReportCell } from "../../lib/contract/report.ts";
import { packCell, packedId, unpackedCell, unpackedJson } from "../../lib/view/packed-cell.ts";
import { PackedCells } from "../../lib/view/packed-cells.ts";
import { packScannedReport } from "../../lib/view/packed-report.ts";
import { idOf } from "../tools/cells.ts";
import { reportOf } from "../tools/sources.ts";

const [CELL] = reportOf({ [idOf(1)]: {} }).cells as [ReportCell];

/** Texts that look like what is packed, and characters that stand for it. */
const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    '{"mission_id":"',
    ',"title":',
    ',"age_seconds":1,"limit_seconds":',
    '},"problems":[]}',
    "\u0001",
    "\u0002",
    "\u001f",
    "\ud800",
    "$& $1 $$",
    "age_seconds",
  ),
);

const cell = fc.record({
  title: fc.option(hostile),
  owner: fc.option(hostile),
  labels: fc.dictionary(hostile, hostile, { maxKeys: 3 }),
  status: fc.constantFrom("healthy" as const, "stale" as const, "incomplete" as const),
  attention: fc.constantFrom("none" as const, "warning" as const, "critical" as const),
  message: fc.option(hostile),
  problems: fc.array(
    fc.record({ code: fc.constant("heartbeat-old" as const), path: hostile, text: hostile }),
    { maxLength: 2 },
  ),
  age_seconds: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
});

test("any cell keeps its JSON, at its age and at any other", () => {
  fc.assert(
    fc.property(cell, fc.integer(), (changes, age) => {
      const given = { ...CELL, ...changes };
      const { text } = packCell(given);
      expect(unpackedJson(text, given.age_seconds ?? Number.NaN)).toBe(JSON.stringify(given));
      expect(unpackedJson(text, age)).toBe(JSON.stringify({ ...given, age_seconds: age }));
      expect(packedId(text)).toBe(given.mission_id);
    }),
    { numRuns: 500 },
  );
});

test("a usual cell takes less than half of its JSON", () => {
  expect(packCell(CELL).text.length).toBeLessThan(JSON.stringify(CELL).length / 2);
});

test("a gateway's source may leave out fields, and sort its cells as it likes", async () => {
  const sparse = { mission_id: "b", labels: { age_seconds: "1" } } as unknown as ReportCell;
  const nulls = { ...sparse, mission_id: "d", evidence: null, problems: null };
  const other = { ...CELL, mission_id: 'a"\\' };
  expect(unpackedCell(packCell(sparse).text, 5)).toEqual(sparse);
  const { packed } = await packScannedReport(
    { ...reportOf({}), cells: [sparse, other, nulls as unknown as ReportCell] },
    undefined,
  );
  expect(packed).toBeInstanceOf(PackedCells);
  expect([packed.find("b"), packed.find('a"\\'), packed.find("c"), packed.find("d")]).toEqual([
    sparse,
    other,
    undefined,
    nulls as unknown as ReportCell,
  ]);
});

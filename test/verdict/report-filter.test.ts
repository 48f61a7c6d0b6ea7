/**
 * A filter by index finds the same cells as one that checks each cell.
 */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { indexCells, matchingRanges } from "../../lib/verdict/report-filter.ts";
import { type ReportCell, Status } from "../../lib/contract/report.ts";

const NAMES = ["a", "b", "a=b", "toString"];
const label = fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom("", "1", "b=1"));
const cell = fc.record({
  status: fc.constantFrom(...Status.options),
  labels: fc.array(label, { maxLength: 4 }).map((labels) => Object.fromEntries(labels)),
});
const filter = fc.record({
  statuses: fc.uniqueArray(fc.constantFrom(...Status.options)),
  labels: fc.uniqueArray(
    fc.constantFrom("a", "b", "a=", "a=1", "b=b=1", "a=b", "a=b=1", "toString", "x=1", ""),
    { maxLength: 3 },
  ),
});

function has(labels: Readonly<Record<string, string>>, wanted: string): boolean {
  const [name = "", ...rest] = wanted.split("=");
  return Object.hasOwn(labels, name) && (rest.length === 0 || labels[name] === rest.join("="));
}

test("the ranges have exactly the matching cells, and do not touch each other", () => {
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 200, size: "max" }), filter, (some, asked) => {
      const cells = some as ReportCell[];
      const runs = matchingRanges(indexCells(cells), asked);
      const found = runs.flatMap(({ from, to }) => cells.slice(from, to));
      const wanted = cells.filter(
        ({ status, labels }) =>
          asked.statuses.includes(status) && asked.labels.every((each) => has(labels, each)),
      );
      expect(found).toEqual(wanted);
      expect(runs.every(({ from }, at) => from > (runs[at - 1]?.to ?? -1))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

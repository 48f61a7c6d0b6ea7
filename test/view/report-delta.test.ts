/** Reports that are sent to another thread by what changed. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Report, ReportCell } from "../../lib/contract/report.ts";
import type { PackedReport } from "../../lib/view/packed-cells.ts";
import {
  createDeltaReceiver,
  createDeltaSender,
  type ReportDelta,
} from "../../lib/view/report-delta.ts";
import { idOf } from "../tools/cells.ts";
import { reportOf } from "../tools/sources.ts";

const NOW = Date.parse("2026-01-01T12:00:00.000Z");

/** One cell, which beat this many seconds before `NOW`; null for one without a readable beat. */
function cellOf(n: number, age: number | null): ReportCell {
  const beat = age === null ? { heartbeat: { outcome: "absent" as const } } : { age };
  const [cell] = reportOf({ [idOf(n)]: beat }).cells;
  if (cell === undefined) throw new Error("no cell");
  return cell;
}

/** A report of these cells at `NOW` and some seconds, with their ages then. */
function reportAt(cells: ReadonlyMap<number, ReportCell>, seconds: number): Report {
  const nowMs = NOW + 1000 * seconds;
  const all = [...cells].toSorted(([a], [b]) => a - b).map(([, cell]) => cell);
  for (const cell of all)
    if (cell.last_heartbeat !== null)
      cell.age_seconds = (nowMs - Date.parse(cell.last_heartbeat)) / 1000;
  return { ...reportOf({}), generated_at: new Date(nowMs).toISOString(), cells: all };
}

const pairOf = () => ({ send: createDeltaSender(), receive: createDeltaReceiver() });

/** The report that arrives, whole, from parts that crossed between threads. */
async function passed(
  { send, receive }: ReturnType<typeof pairOf>,
  report: Report,
): Promise<PackedReport> {
  let arrived: PackedReport | undefined;
  for (const part of send(report)) {
    expect(arrived).toBeUndefined();
    arrived = await receive(structuredClone(part));
  }
  if (arrived === undefined) throw new Error("the last part is missing");
  return arrived;
}

const cellsOf = ({ packed }: PackedReport): ReportCell[] =>
  Array.from({ length: packed.size }, (_, at) => packed.cellAt(at));

const step = fc.record({
  n: fc.integer({ min: 1, max: 5 }),
  age: fc.option(fc.integer({ min: -100, max: 1000 }), { nil: null }),
  isRemoved: fc.boolean(),
  passed: fc.integer({ min: -100, max: 1000 }),
});

test("a report arrives as it was sent, whatever changed, and whatever is left out between two", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { maxLength: 3 }), { maxLength: 8 }),
      async (rounds) => {
        const pair = pairOf();
        const cells = new Map<number, ReportCell>();
        for (const steps of rounds) {
          for (const { n, age, isRemoved } of steps)
            if (isRemoved) cells.delete(n);
            else cells.set(n, cellOf(n, age));
          const report = reportAt(cells, steps[0]?.passed ?? 0);
          const arrived = await passed(pair, report);
          expect({ ...arrived.head, cells: cellsOf(arrived) }).toEqual(report);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test("of a second report only the changed cells are sent, and the others keep their texts", async () => {
  const pair = pairOf();
  const cells = new Map([1, 2, 3].map((n) => [n, cellOf(n, 10)]));
  const first = await passed(pair, reportAt(cells, 0));
  cells.set(2, cellOf(2, 5));
  cells.delete(3);
  const sent = [...pair.send(reportAt(cells, 10))];
  expect(sent.map((part) => [part.cells.texts.length, part.removed])).toEqual([[1, [idOf(3)]]]);
  const second = await pair.receive(structuredClone(sent[0] as ReportDelta));
  if (second === undefined) throw new Error("it is not whole");
  expect(second.packed.textAt(0)).toBe(first.packed.textAt(0));
  expect(cellsOf(second).map(({ age_seconds }) => age_seconds)).toEqual([20, 15]);
  // A reader of the first report still sees it as it was.
  expect(cellsOf(first).map(({ age_seconds }) => age_seconds)).toEqual([10, 10, 10]);
});

const reportOfOne = (n: number) => reportAt(new Map([[n, cellOf(n, 10)]]), 0);

test("a sender that starts over replaces all that was received", async () => {
  const receive = createDeltaReceiver();
  await passed({ send: createDeltaSender(), receive }, reportOfOne(1));
  const second = await passed({ send: createDeltaSender(), receive }, reportOfOne(2));
  expect(cellsOf(second).map(({ mission_id }) => mission_id)).toEqual([idOf(2)]);
});

test("many cells are sent in parts, and a report is whole after the last", async () => {
  const cells = new Map(Array.from({ length: 2500 }, (_, n) => [n + 1, cellOf(n + 1, 10)]));
  const pair = pairOf();
  const report = reportAt(cells, 0);
  expect(cellsOf(await passed(pair, report))).toEqual(report.cells);
  for (const n of cells.keys()) cells.set(n, cellOf(n, 20));
  const next = reportAt(cells, 5);
  const parts = [...pair.send(next)];
  expect(parts.map((part) => [part.cells.texts.length, part.hasMore])).toEqual([
    [1000, true],
    [1000, true],
    [500, false],
  ]);
});

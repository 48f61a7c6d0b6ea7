/** Reports that are sent to another thread by what changed. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Report, ReportCell } from "../../lib/contract/report.ts";
import { createDeltaReceiver, createDeltaSender } from "../../lib/view/report-delta.ts";
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

const step = fc.record({
  n: fc.integer({ min: 1, max: 5 }),
  age: fc.option(fc.integer({ min: -100, max: 1000 }), { nil: null }),
  isRemoved: fc.boolean(),
  passed: fc.integer({ min: -100, max: 1000 }),
});

test("a report arrives as it was sent, whatever changed, and whatever is left out between two", () => {
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 3 }), { maxLength: 8 }), (rounds) => {
      const [send, receive] = [createDeltaSender(), createDeltaReceiver()];
      const cells = new Map<number, ReportCell>();
      for (const steps of rounds) {
        for (const { n, age, isRemoved } of steps)
          if (isRemoved) cells.delete(n);
          else cells.set(n, cellOf(n, age));
        const report = reportAt(cells, steps[0]?.passed ?? 0);
        expect(receive(structuredClone(send(report)))).toEqual(report);
      }
    }),
    { numRuns: 200 },
  );
});

test("of a second report only the changed cells are sent, and the others stay the same objects", () => {
  const [send, receive] = [createDeltaSender(), createDeltaReceiver()];
  const cells = new Map([1, 2, 3].map((n) => [n, cellOf(n, 10)]));
  const first = receive(structuredClone(send(reportAt(cells, 0))));
  cells.set(2, cellOf(2, 5));
  cells.delete(3);
  const sent = send(reportAt(cells, 10));
  expect(sent.cells.map(({ mission_id }) => mission_id)).toEqual([idOf(2)]);
  expect(sent.removed).toEqual([idOf(3)]);
  const second = receive(structuredClone(sent));
  expect(second.cells[0]).toBe(first.cells[0] as ReportCell);
  expect(second.cells.map(({ age_seconds }) => age_seconds)).toEqual([20, 15]);
});

const reportOfOne = (n: number) => reportAt(new Map([[n, cellOf(n, 10)]]), 0);

test("a sender that starts over replaces all that was received", () => {
  const receive = createDeltaReceiver();
  receive(structuredClone(createDeltaSender()(reportOfOne(1))));
  const second = receive(structuredClone(createDeltaSender()(reportOfOne(2))));
  expect(second.cells.map(({ mission_id }) => mission_id)).toEqual([idOf(2)]);
});

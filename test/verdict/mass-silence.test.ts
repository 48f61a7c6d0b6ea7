import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { classify } from "../../lib/verdict/classify.ts";
import { findMassSilence, type RhythmicCell } from "../../lib/verdict/mass-silence.ts";
import { reportCell } from "../../lib/verdict/report.ts";
import { rhythmOf } from "../../lib/verdict/rhythm.ts";
import { suspicionOfScan } from "../../lib/verdict/suspicion.ts";
import { valueOf } from "../../lib/contract/facts.ts";
import { idOf } from "../tools/cells.ts";
import { type Changes, factsOf, NOON, LIMITS } from "../tools/facts.ts";

function cellOf(changes: Changes, n: number): RhythmicCell {
  const facts = factsOf({ ...changes, heartbeat: { seq: 9, ...changes.heartbeat } });
  const cell = { ...reportCell(facts, classify(facts, LIMITS, NOON)), mission_id: idOf(n) };
  return { cell, rhythm: rhythmOf(valueOf(facts.heartbeat), cell.limit_seconds) };
}
const many = (count: number, changes: (n: number) => Changes, first = 0): RhythmicCell[] =>
  Array.from({ length: count }, (_, n) => cellOf(changes(n), first + n));
const silent = (count: number, age: (n: number) => number, first = 0) =>
  many(count, (n) => ({ age: age(n), heartbeat: { interval_seconds: 75 } }), first);
const well = (count: number) => many(count, () => ({}), 100);
const resting = (count: number) =>
  many(count, () => ({ mission: { status: "paused" }, age: 400 }), 200);

const silenceOf = (cells: readonly RhythmicCell[]) => findMassSilence(cells, NOON.getTime());
const found = (cells: readonly RhythmicCell[]) => silenceOf(cells)?.ids.size;

/** Their last beats are within the silence of the stale cell, and their next ones are overdue. */
const others = (each: string) =>
  many(4, () => ({ age: 280, heartbeat: { state: each, interval_seconds: 72 } }), 10);

describe("mass silence", () => {
  test.each<[string, RhythmicCell[], number | undefined]>([
    ["5 of 5 that fell silent at once", silent(5, (n) => 400 + n), 5],
    ["11 of 20, which is 55 %", [...silent(11, () => 400), ...well(9)], 11],
    ["10 of 20", [...silent(10, () => 400), ...well(10)], undefined],
    ["4 of 5", [...silent(4, () => 400), ...well(1)], undefined],
    ["5 of 9 beside 50 that rest", [...silent(5, () => 400), ...well(4), ...resting(50)], 5],
    ["5 whose last beats lie within one interval", silent(5, (n) => 400 + 18 * n), 5],
    ["5 whose last beats lie two intervals apart", silent(5, (n) => 400 + 150 * n), undefined],
    [
      "5 at once, and one that was silent long before",
      [...silent(5, () => 400), ...silent(1, () => 9999, 50)],
      5,
    ],
    ["all of 4", silent(4, () => 400), 4],
    ["all of 2", silent(2, (n) => 400 + 60 * n), 2],
    ["2 of 3", [...silent(2, () => 400), ...well(1)], undefined],
    ["a single one", silent(1, () => 400), undefined],
    ["none that is past its limit", silent(5, () => 200), undefined],
    ["none at all", [], undefined],
  ])("of %s", (_, cells, count) => {
    expect(found(cells)).toBe(count);
  });

  test("is seen whatever the intervals, phases and activities are", () => {
    const heartbeats = [
      { interval_seconds: 2 },
      { interval_seconds: 60 },
      { interval_seconds: 10, activity: { what: "build", expect_seconds: 200 } },
      { interval_seconds: 75 },
      { interval_seconds: 800 },
      { interval_seconds: 900 },
    ];
    // The two slowest may still be alive: no beat of theirs is due yet.
    const cells = heartbeats.map((heartbeat, n) => cellOf({ age: 301 + n, heartbeat }, n));
    expect(found(cells)).toBe(4);
  });

  test("is not made of deaths with a cause of their own", () => {
    const exited = many(6, () => ({ age: 400, heartbeat: { state: "exiting" } }));
    expect(found(exited)).toBeUndefined();
    const crashed = silent(6, () => 400).map(({ cell, rhythm }) => ({
      rhythm,
      cell: { ...cell, problems: [{ code: "process-gone" as const, path: ".", text: "gone" }] },
    }));
    expect(found(crashed)).toBeUndefined();
    expect(found([...crashed, ...silent(2, () => 400, 50)])).toBe(2);
  });

  test("is not seen in few cells that have beaten once only", () => {
    const once = many(2, () => ({ age: 400, heartbeat: { seq: 1 } }));
    expect(found(once)).toBeUndefined();
  });

  test.each(["waiting", "idle", "stuck", "done"])(
    "does not count an agent as silent that is %s",
    (state) => {
      const stale = silent(1, () => 310);
      expect(found([...stale, ...others("working")])).toBe(5);
      expect(found([...stale, ...others(state)])).toBeUndefined();
    },
  );

  test("does not count an agent as silent that has never beaten", () => {
    const seeds = many(5, () => ({ age: 400, heartbeat: { state: "initialized", seq: 0 } }));
    expect(found(seeds)).toBeUndefined();
  });

  test("is found in any fleet that one moment silenced, and in none of which 50 % beat since", () => {
    const interval = fc.integer({ min: 1, max: 90 });
    const phase = fc.double({ min: 0, max: 1, noNaN: true });
    const fleet = fc.array(fc.record({ interval, phase }), { minLength: 5, maxLength: 40 });
    fc.assert(
      fc.property(fleet, (agents) => {
        const since = 400;
        const dead = agents.map((agent, n) =>
          cellOf(
            {
              age: since + agent.phase * agent.interval,
              heartbeat: { interval_seconds: agent.interval },
            },
            n,
          ),
        );
        expect(found(dead)).toBe(agents.length);
        expect(found([...dead, ...many(agents.length, () => ({ age: 1 }), 100)])).toBeUndefined();
      }),
    );
  });

  test("is not extended by a working agent whose beat names the end of a wait", () => {
    const until = "9999-01-01T00:00:00Z";
    const liar = cellOf({ age: 5000, heartbeat: { interval_seconds: 75, until } }, 50);
    expect(found([liar, ...silent(1, () => 400)])).toBeUndefined();
  });

  test("costs little among ten thousand silent cells", () => {
    const cells = silent(10_000, (n) => 400 + n * 0.5);
    // CPU time: a busy machine may stop this process for longer. In quadratic time it takes 8 s.
    const before = process.cpuUsage();
    findMassSilence(cells, NOON.getTime());
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(2000);
  });
});

test.each<[string, RhythmicCell[], boolean]>([
  ["for ten minutes after it could be seen", silent(5, () => 899), true],
  ["no longer", silent(5, () => 900), false],
  ["for ten minutes in few cells too", silent(2, () => 899), true],
  ["no longer in few cells either", silent(2, () => 900), false],
  [
    "from when enough beats are missing",
    [
      ...silent(1, () => 1000),
      ...many(4, () => ({ age: 1000, heartbeat: { interval_seconds: 800 } }), 10),
    ],
    true,
  ],
])("one look takes a mass silence for the observer's fault %s", (_, cells, isSuspect) => {
  const disk = { freeBytes: 1e9, freeInodes: 1000, isReadOnly: false };
  expect(suspicionOfScan(silenceOf(cells), disk, NOON) !== undefined).toBe(isSuspect);
});

test("a report of one scan names the disk before the silence that it causes", () => {
  const cells = silent(5, () => 400);
  const disk = { freeBytes: 1e9, freeInodes: 1000, isReadOnly: false };
  const causeOf = (facts: object) =>
    suspicionOfScan(silenceOf(cells), { ...disk, ...facts }, NOON)?.cause;
  expect(causeOf({})).toBe("mass-silence");
  expect(causeOf({ freeBytes: 4096 })).toBe("disk-full");
  expect(causeOf({ freeInodes: 0 })).toBe("disk-full");
  expect(causeOf({ isReadOnly: true })).toBe("read-only");
  expect(causeOf({ freeBytes: undefined, freeInodes: undefined, isReadOnly: undefined })).toBe(
    "mass-silence",
  );
});

/** What a view reads, and that it says the same as a scan of every cell. */
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { listRoot } from "../../lib/cell/listing.ts";
import { observeCell } from "../../lib/cell/observe.ts";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import type { ReportCell } from "../../lib/contract/report.ts";
import { openRoot } from "../../lib/host/files/directory.ts";
import { pairCells } from "../../lib/verdict/changes.ts";
import { classify } from "../../lib/verdict/classify.ts";
import { reportCell } from "../../lib/verdict/report.ts";
import { createCellView, turnsFor } from "../../lib/view/cell-view.ts";
import { createKeptListing, type KeptListing } from "../../lib/view/kept-listing.ts";
import type { ViewLimits } from "../../lib/view/observed-cell.ts";
import { idOf, writeCell, writeJson } from "../tools/cells.ts";
import { LIMITS } from "../tools/facts.ts";
import { MEMORY, scratch } from "../tools/program.ts";
import { simulatedClock } from "../tools/simulated-clock.ts";

/** In how many rounds each cell is read in full. */
const TURNS = 6;
/** How many rounds look at a new flaw each time. */
const LASTING = 10;

function watched(leastReads?: number, list?: KeptListing) {
  const path = scratch(MEMORY);
  const root = openRoot(path);
  const clock = simulatedClock();
  const view = createCellView(clock, leastReads, list);
  let shown: readonly ReportCell[] = [];
  const isoAt = (seconds: number) => new Date(clock.now().getTime() + 1000 * seconds).toISOString();
  const on = {
    path,
    clock,
    isoAt,
    limits: LIMITS as ViewLimits,
    /** A round, and by its objects which cells are new or differ, and the ids of removed ones. */
    update() {
      const { cells, ...more } = view.update(root, on.limits);
      const after = [...cells.values()].map(({ cell }) => cell);
      const pairs = pairCells(shown, after);
      shown = after;
      return {
        ...more,
        cells,
        changed: pairs.flatMap((pair) => pair.after ?? []),
        removed: pairs.flatMap((pair) =>
          pair.after === undefined ? (pair.before?.mission_id ?? []) : [],
        ),
      };
    },
    /** What a scan that reads every cell finds now. */
    scan: () =>
      listRoot(root).ids.map((id) => {
        const facts = observeCell(root, id);
        return reportCell(facts, classify(facts, LIMITS, clock.now()));
      }),
  };
  return on;
}
type Watched = ReturnType<typeof watched>;

/** A change of a cell, and the rounds until a view has to know of it. */
interface Step {
  readonly act: (on: Watched, cell: string, id: string) => void;
  readonly rounds: number;
}
const step = (rounds: number, act: Step["act"]): Step => ({ act, rounds });

const seconds = fc.oneof(fc.integer({ min: 0, max: 400 }), fc.constantFrom(5, 60, 61, 300, 301));
const offset = fc.integer({ min: -400, max: 100 });
const STATES = ["working", "stuck", "waiting", "idle", "exiting", "initialized"];

const beat = fc
  .record({ at: offset, since: offset, state: fc.constantFrom(...STATES), on_events: fc.boolean() })
  .map(({ at, since, ...rest }) =>
    step(1, ({ isoAt }, cell) => {
      const times = { timestamp: isoAt(at), state_since: isoAt(since) };
      if (!existsSync(cell)) return;
      // Replaced, as writers do: two writes to one file may have the same time.
      writeJson(cell, `${CELL_FILES.heartbeat}.new`, { ...times, ...rest });
      renameSync(join(cell, `${CELL_FILES.heartbeat}.new`), join(cell, CELL_FILES.heartbeat));
    }),
  );
const mission = fc
  .record({ at: offset, status: fc.constantFrom("active", "paused", "failed") })
  .map(({ at, status }) =>
    step(TURNS, ({ isoAt }, cell, mission_id) => {
      const times = { created_at: isoAt(-9000), updated_at: isoAt(at) };
      if (existsSync(cell)) writeJson(cell, CELL_FILES.mission, { mission_id, status, ...times });
    }),
  );
const steps = fc.oneof(
  { weight: 4, arbitrary: beat },
  { weight: 2, arbitrary: mission },
  { weight: 4, arbitrary: seconds.map((passed) => step(1, ({ clock }) => clock.pass(passed))) },
  { weight: 2, arbitrary: offset.map((by) => step(1, ({ clock }) => clock.step(by))) },
  fc.constantFrom(
    step(1, ({ path }, cell, id) => void (existsSync(cell) || writeCell(path, id))),
    step(1, (_, cell) => rmSync(cell, { recursive: true, force: true })),
    step(1, (_, cell) => rmSync(join(cell, CELL_FILES.heartbeat), { force: true })),
    step(TURNS, (_, cell) => rmSync(join(cell, "logs"), { recursive: true, force: true })),
    step(
      TURNS,
      (_, cell) => existsSync(cell) && mkdirSync(join(cell, "logs"), { recursive: true }),
    ),
  ),
);

test("a view says the same as a scan of every cell, whatever changes, and names each change", () => {
  const history = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), steps), { maxLength: 10 });
  fc.assert(
    fc.property(history, (all) => {
      const on = watched();
      for (const n of [1, 2]) writeCell(on.path, idOf(n), { title: `cell ${n}` });
      /** The cells as a reader knows them who hears of changes only. */
      const heard = new Map<string, string>();
      const hear = () => {
        const { cells, changed, removed } = on.update();
        for (const id of removed) expect(heard.delete(id)).toBe(true);
        for (const cell of changed) {
          const text = JSON.stringify({ ...cell, age_seconds: 0 });
          expect(heard.get(cell.mission_id)).not.toBe(text);
          heard.set(cell.mission_id, text);
        }
        return [...cells.values()].map(({ cell }) => cell);
      };
      hear();
      for (const [n, { act, rounds }] of all) {
        act(on, join(on.path, idOf(n)), idOf(n));
        const found = Array.from({ length: rounds }, hear).at(-1);
        const scanned = on.scan();
        expect(found).toEqual(scanned);
        const texts = scanned.map((cell) => JSON.stringify({ ...cell, age_seconds: 0 }));
        expect(scanned.map(({ mission_id }) => heard.get(mission_id))).toEqual(texts);
        expect(heard.size).toBe(scanned.length);
      }
    }),
    { numRuns: 100 },
  );
});

test("each round reads another part of the cells in full", () => {
  const on = watched();
  for (let n = 0; n < 12; n++) writeCell(on.path, idOf(n), { status: "paused" });
  on.update();
  for (let n = 0; n < 12; n++)
    writeFileSync(join(on.path, idOf(n), CELL_FILES.mission), JSON.stringify({ broken: n }));
  const found = Array.from({ length: TURNS }, () => on.update().changed.length);
  expect(found).toEqual([2, 2, 2, 2, 2, 2]);
});

test("a round reads every cell after the clock was set, or with other limits", () => {
  const on = watched();
  const ids = [1, 2, 3, 4, 5].map(idOf);
  for (const id of ids) writeCell(on.path, id, { status: "paused" });
  on.update();
  const changedAfter = (title: string, prepare: () => void) => {
    for (const id of ids) writeCell(on.path, id, { status: "paused", title });
    // Their heartbeats are as before, so that only reading a cell shows its title.
    on.update();
    for (const id of ids)
      writeJson(join(on.path, id), CELL_FILES.mission, { mission_id: id, status: "paused" });
    prepare();
    return on.update().changed.length;
  };
  expect(changedAfter("one", () => on.clock.pass(10))).toBe(1);
  expect(changedAfter("two", () => on.clock.step(10))).toBe(ids.length);
  expect(changedAfter("three", () => (on.limits = { ...LIMITS, allowed_skew_seconds: 61 }))).toBe(
    ids.length,
  );
});

/** How many cells a round finds changed whose heartbeats are as before. */
function foundChanged(leastReads: number): number {
  const on = watched(leastReads);
  for (let n = 0; n < 12; n++) writeCell(on.path, idOf(n), { status: "paused" });
  on.update();
  for (let n = 0; n < 12; n++)
    writeFileSync(join(on.path, idOf(n), CELL_FILES.mission), JSON.stringify({ broken: n }));
  return on.update().changed.length;
}

test("a view that is to read more reads all cells in each round, as far as they go", () => {
  expect([1, 4, 6, 7, 12, 100].map(foundChanged)).toEqual([2, 4, 6, 12, 12, 12]);
});

test("a flaw is looked at again in each round, because it may last for a moment only", () => {
  const on = watched();
  const file = join(writeCell(on.path, idOf(1)), CELL_FILES.mission);
  const statusNow = () => on.update().cells.get(idOf(1))?.cell.status;
  const found = [statusNow()];
  renameSync(file, `${file}.away`);
  // By the round that reads it in full.
  for (let round = 0; round < TURNS && found.at(-1) === "healthy"; round++) found.push(statusNow());
  renameSync(`${file}.away`, file);
  expect([found.at(-1), statusNow()]).toEqual(["incomplete", "healthy"]);
});

test("a flaw that lasts is looked at in the turn of its cell, like any other cell", () => {
  const on = watched();
  const files = Array.from({ length: 12 }, (_, n) =>
    join(writeCell(on.path, idOf(n)), CELL_FILES.mission),
  );
  for (const file of files) renameSync(file, `${file}.away`);
  for (let round = 0; round < LASTING; round++) on.update();
  for (const file of files) renameSync(`${file}.away`, file);
  const found = Array.from({ length: TURNS }, () => on.update().changed.length);
  expect(found).toEqual([2, 2, 2, 2, 2, 2]);
});

test("a flaw is looked at in each of the rounds that must agree on it", () => {
  const on = watched();
  on.limits = { ...LIMITS, fire_after: 30 };
  const file = join(writeCell(on.path, idOf(1)), CELL_FILES.mission);
  renameSync(file, `${file}.away`);
  for (let round = 0; round < 25; round++) on.update();
  renameSync(`${file}.away`, file);
  expect(on.update().cells.get(idOf(1))?.cell.status).toBe("healthy");
});

test("a cell that a kept listing has but the root has not is left out in that round", () => {
  // As where a remote directory does not show each change in its times.
  const on = watched(
    undefined,
    createKeptListing(() => "as before"),
  );
  const [kept, removed] = [writeCell(on.path, idOf(1)), writeCell(on.path, idOf(2))];
  on.update();
  rmSync(removed, { recursive: true });
  const found = Array.from({ length: 4 }, () => [...on.update().cells.keys()]);
  expect(found).toEqual([1, 2, 3, 4].map(() => [idOf(1)]));
  expect(existsSync(kept)).toBe(true);
});

test("many cells take more rounds to be read in full, but no more than 24", () => {
  const sizes = [1, 12, 24_000, 24_001, 40_000, 100_000, 1_000_000];
  expect(sizes.map((size) => turnsFor(size, 0))).toEqual([6, 6, 6, 7, 10, 24, 24]);
  expect(sizes.map((size) => turnsFor(size, 5000))).toEqual([1, 1, 4, 4, 8, 20, 24]);
});

test("the digest of a beat depends neither on the order of its keys nor on the way it was read", () => {
  const on = watched();
  const cell = writeCell(on.path, idOf(1));
  const fields = { run_id: "r", interval_seconds: 60, state: "working", timestamp: on.isoAt(-1) };
  const digestOf = (text: object) => {
    writeJson(cell, `${CELL_FILES.heartbeat}.new`, text);
    renameSync(join(cell, `${CELL_FILES.heartbeat}.new`), join(cell, CELL_FILES.heartbeat));
    return on.update().cells.get(idOf(1))?.digest;
  };
  const quick = digestOf(fields);
  expect(quick).toBeString();
  expect(digestOf(Object.fromEntries(Object.entries(fields).toReversed()))).toBe(quick);
  // What the quick look finds unclear is observed in full.
  rmSync(join(cell, CELL_FILES.log));
  mkdirSync(join(cell, CELL_FILES.log));
  expect(digestOf(fields)).toBe(quick);
});

test("an unchanged cell stays the same object, with a new age", () => {
  const on = watched();
  writeCell(on.path, idOf(1));
  const first = on.update().cells.get(idOf(1))?.cell;
  for (let round = 0; round < TURNS; round++) {
    on.clock.pass(10);
    expect(on.update().changed).toEqual([]);
  }
  const last = on.update().cells.get(idOf(1))?.cell;
  expect(last).toBe(first as NonNullable<typeof first>);
  expect(last?.age_seconds).toBeGreaterThan(59);
});

/** Work in slices, and that what grows with the cells is done in them. */
import { expect, spyOn, test } from "bun:test";
import { packedId } from "../../lib/view/packed-cell.ts";
import { mergeLists } from "../../lib/view/merge-lists.ts";
import { comparePacked } from "../../lib/view/packed-changes.ts";
import { ListBuilder, packCells } from "../../lib/view/packed-lists.ts";
import { PackedCells } from "../../lib/view/packed-cells.ts";
import { packScannedReport } from "../../lib/view/packed-report.ts";
import { inSlices, nextTurn, SLICE_CELLS, SLICE_LOOKS } from "../../lib/view/slices.ts";
import type { ReportCell } from "../../lib/contract/report.ts";
import { idOf } from "../tools/cells.ts";
import { reportOf } from "../tools/sources.ts";

const [CELL] = reportOf({ [idOf(1)]: {} }).cells as [ReportCell];
const COUNT = 10 * SLICE_CELLS;

const cellsOf = (count: number, title: string): ReportCell[] =>
  Array.from({ length: count }, (_, n) => ({ ...CELL, mission_id: idOf(n + 1), title }));

/** A pause that counts how often it is asked for. */
function counted() {
  const counter = { pauses: 0, pause: async () => void (counter.pauses += 1) };
  return counter;
}

test("all items are worked on once, with a pause between two slices", async () => {
  const [seen, counter]: [number[], ReturnType<typeof counted>] = [[], counted()];
  await inSlices(2 * SLICE_CELLS + 1, (from, to) => seen.push(to - from), counter.pause);
  expect([seen, counter.pauses]).toEqual([[SLICE_CELLS, SLICE_CELLS, 1], 2]);
});

test("what waits for a turn has it alone: the slices of many clients do not add up", async () => {
  let [turn, isDone] = [0, false];
  const count = () => {
    turn += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  const turns: number[] = [];
  const client = async () => {
    for (let slice = 0; slice < 3; slice++) {
      await nextTurn();
      turns.push(turn);
    }
  };
  await Promise.all([client(), client(), client()]);
  isDone = true;
  expect(new Set(turns).size).toBe(9);
});

test("a report of a gateway's source is packed in slices, and stays as it is", async () => {
  const counter = counted();
  const report = { ...reportOf({}), cells: cellsOf(COUNT, "a") };
  const copy = structuredClone(report);
  const { packed } = await packScannedReport(report, undefined, counter.pause);
  expect(counter.pauses).toBe(COUNT / SLICE_CELLS - 1);
  expect(packed.cellAt(COUNT - 1)).toEqual(report.cells[COUNT - 1] as ReportCell);
  expect(report).toEqual(copy);
});

test("changed cells are merged and compared in slices; unchanged ones only by a reference", async () => {
  const known = packCells(cellsOf(COUNT, "a"));
  const changed = packCells(cellsOf(COUNT, "b"));
  const counter = counted();
  const merged = await mergeLists(known, { changed, removed: [] }, counter.pause);
  expect(counter.pauses).toBe(COUNT / SLICE_CELLS - 1);
  const [before, after] = [known, merged].map((lists) => new PackedCells(lists, 0));
  if (before === undefined || after === undefined) throw new Error("no cells");
  const compared = counted();
  const { changed: found } = await comparePacked(before, after, "now", compared.pause);
  expect([found.length, compared.pauses]).toEqual([COUNT, COUNT / SLICE_CELLS - 1]);
  const same = counted();
  await comparePacked(before, before, "now", same.pause);
  expect(same.pauses).toBe(Math.floor((COUNT - 1) / SLICE_LOOKS));
});

test("removed cells are looked up and compared in slices", async () => {
  const cells = cellsOf(COUNT, "a");
  const [known, none] = [packCells(cells), packCells([])];
  const ids = cells.map(({ mission_id }) => mission_id);
  const merges = counted();
  const merged = await mergeLists(known, { changed: none, removed: ids }, merges.pause);
  expect([merged.texts.length, merges.pauses]).toEqual([0, COUNT / SLICE_CELLS - 1]);
  const [before, empty] = [new PackedCells(known, 0), new PackedCells(none, 0)];
  const last = new PackedCells(packCells(cells.slice(-1)), 0);
  const compares = counted();
  expect((await comparePacked(before, empty, "now", compares.pause)).removed).toEqual(ids);
  expect(compares.pauses).toBe(COUNT / SLICE_CELLS - 1);
  const skips = counted();
  const { removed } = await comparePacked(before, last, "now", skips.pause);
  expect([removed, skips.pauses]).toEqual([ids.slice(0, -1), COUNT / SLICE_CELLS - 1]);
});

test("unchanged cells are copied in runs, between those that changed or are gone", async () => {
  const cells = cellsOf(COUNT, "a");
  const changed = packCells([{ ...CELL, mission_id: idOf(3), title: "b" }]);
  const removed = [5, 6, 9].map(idOf);
  const copy = spyOn(ListBuilder.prototype, "copy");
  const merged = await mergeLists(packCells(cells), { changed, removed }, async () => {});
  const runs = copy.mock.calls.filter(([lists, from, to]) => lists !== changed && from < to);
  copy.mockRestore();
  expect(runs.map(([, from, to]) => [from, to])).toEqual([
    [0, 2],
    [3, 4],
    [6, 8],
    [9, COUNT],
  ]);
  expect(merged.texts.map(packedId)).toEqual(
    cells.map(({ mission_id }) => mission_id).filter((id) => !removed.includes(id)),
  );
});

/** The poller of a source of reports, with many cells and many readers. */
import { expect, spyOn, test } from "bun:test";
import { startReportPoller } from "../../lib/http/report-poller.ts";
import { createRoundSource } from "../../lib/http/server/endpoint-tasks.ts";
import { PackedCells } from "../../lib/view/packed-cells.ts";
import { createDeltaSender, type ReportDelta } from "../../lib/view/report-delta.ts";
import { nextTurn, SLICE_CELLS } from "../../lib/view/slices.ts";
import type { Report, ReportCell } from "../../lib/contract/report.ts";
import { until } from "../tools/background.ts";
import { idOf } from "../tools/cells.ts";
import { reportOf, scansByHand } from "../tools/sources.ts";

const [CELL] = reportOf({ [idOf(1)]: {} }).cells as [ReportCell];

/** A report of the cells `from` to `to`, `to` excluded. */
function reportOfCells(from: number, to: number): Report {
  const cells = Array.from({ length: to - from }, (_, n) => ({
    ...CELL,
    mission_id: idOf(from + n),
  }));
  return { ...reportOf({}), cells };
}

/** A poller of reports that a test gives by hand. */
function pollerByHand() {
  const scans = scansByHand();
  const poller = startReportPoller({ scan: scans.scan, intervalMs: 1 });
  /** Gives a report, once it is asked for, and waits until it is shown. */
  async function show(report: Report): Promise<void> {
    const before = poller.snapshot();
    await scans.next();
    await scans.give(report);
    await until(() => poller.snapshot() !== before);
  }
  return { poller, scans, show };
}

test("a removed cell keeps its history for one report, without a search for it", async () => {
  const { poller, show } = pollerByHand();
  const find = spyOn(PackedCells.prototype, "find");
  const changesOf = (n: number) => poller.changesOf(idOf(n)).map(({ from, to }) => [from, to]);
  await show(reportOfCells(1, 10));
  await show(reportOfCells(3, 10));
  expect(changesOf(1)).toEqual([["healthy", null]]);
  await show(reportOfCells(2, 10));
  expect([changesOf(1), changesOf(2)]).toEqual([
    [],
    [
      [null, "healthy"],
      ["healthy", null],
    ],
  ]);
  expect(find).toHaveBeenCalledTimes(0);
  find.mockRestore();
  poller.stop();
});

const reversed = (report: Report): Report => ({ ...report, cells: report.cells.toReversed() });

test("cells that a source does not sort are compared and found by their ids", async () => {
  const { poller, show } = pollerByHand();
  const told: unknown[] = [];
  poller.subscribe(({ cells }, { changed, removed }) =>
    told.push([changed.map((at) => cells.idAt(at)), removed]),
  );
  await show(reversed(reportOfCells(1, 5)));
  await show(reversed(reportOfCells(1, 4)));
  expect(told).toEqual([
    [[idOf(1), idOf(2), idOf(3), idOf(4)], []],
    [[], [idOf(4)]],
  ]);
  const { cells } = poller.snapshot()!;
  expect([2, 4].map((n) => cells.find(idOf(n))?.mission_id)).toEqual([idOf(2), undefined]);
  poller.stop();
});

const SLICES = 10;
const READERS = 100;

/** Starts readers that wait for turns; the returned function ends them and counts their turns. */
function startReaders(): () => number {
  const state = { turns: 0, isDone: false };
  const reader = async () => {
    for (; !state.isDone; state.turns++) await nextTurn();
  };
  for (let each = 0; each < READERS; each++) void reader();
  return () => {
    state.isDone = true;
    return state.turns;
  };
}

/** A report of many cells, of which none decides its state, so that all are looked at. */
function reportOfTitled(title: string): Report {
  const { cells } = reportOfCells(1, SLICES * SLICE_CELLS + 1);
  const titled = cells.map((cell) => ({ ...cell, title, attention: "critical" as const }));
  return { ...reportOf({}), cells: titled, suspicion: { cause: "root-replaced", text: "" } };
}

test("many readers do not slow the poller, which packs, compares and checks in slices", async () => {
  const { poller, scans, show } = pollerByHand();
  await show(reportOfTitled("a"));
  await scans.next();
  const stop = startReaders();
  const turns = new Promise<number>((resolve) => poller.subscribe(() => resolve(stop())));
  await scans.give(reportOfTitled("b"));
  expect(await turns).toBeLessThan(READERS);
  poller.stop();
});

test("nor do they slow the application of a daemon's changes", async () => {
  const rounds = createRoundSource();
  const send = createDeltaSender();
  const add = (cells: ReportCell[]) => {
    for (const delta of send({ ...reportOf({}), cells })) rounds.add({ delta, intervalMs: 1 });
  };
  const { cells } = reportOfCells(1, SLICES * SLICE_CELLS + 1);
  add([...cells]);
  await rounds.source.scan();
  add(cells.map((cell) => ({ ...cell, title: "b" })));
  const stop = startReaders();
  await rounds.source.scan();
  expect(stop()).toBeLessThan(READERS);
});

test("a part of the next report does not make the last one fresher", async () => {
  const clock = spyOn(performance, "now");
  const rounds = createRoundSource();
  const { source } = rounds;
  const send = createDeltaSender();
  const addAt = (ms: number, delta: ReportDelta) => {
    clock.mockReturnValue(ms);
    rounds.add({ delta, intervalMs: 1 });
  };
  const head = reportOf({});
  const first = [...send({ ...head, cells: reportOfCells(1, 10).cells })];
  const second = [...send({ ...head, cells: reportOfCells(1, 2000).cells })];
  for (const part of first) addAt(1000, part);
  await source.scan();
  addAt(5000, second[0] as ReportDelta);
  const shown = await source.scan();
  expect([second.length, source.ageMs?.(head)]).toEqual([2, 4000]);
  addAt(6000, second[1] as ReportDelta);
  expect(await source.scan()).not.toBe(shown);
  expect(source.ageMs?.(head)).toBe(0);
  clock.mockRestore();
});

test("an onError that throws does not stop the poller, and leaves no rejection unhandled", async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  process.on("unhandledRejection", note);
  const poller = startReportPoller({
    scan: async () => await Promise.reject(new Error("no report")),
    intervalMs: 1,
    onError: () => {
      throw new Error("the gateway's own");
    },
  });
  await until(() => poller.errors() > 1);
  poller.stop();
  await Bun.sleep(0);
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

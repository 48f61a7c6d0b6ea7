/** The poller of a source of reports, with many cells and many readers. */
import { expect, spyOn, test } from "bun:test";
import { startReportPoller } from "../../lib/http/report-poller.ts";
import { PackedCells } from "../../lib/view/packed-cells.ts";
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

/** A poller of reports that a test gives by hand, each at once. */
function pollerByHand() {
  const scans = scansByHand();
  const poller = startReportPoller({ scan: scans.scan, intervalMs: 1 });
  /** Gives a report, and waits until it is shown. */
  async function show(report: Report): Promise<void> {
    const before = poller.snapshot();
    await scans.next();
    await scans.give(report);
    await until(() => poller.snapshot() !== before);
  }
  return { poller, show };
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

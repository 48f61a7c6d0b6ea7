/** The cell that decides a report's state for probes: found with few looks, and right. */
import { expect, spyOn, test } from "bun:test";
import type { Report, ReportCell } from "../../lib/contract/report.ts";
import { healthStatus } from "../../lib/http/rules/health.ts";
import { checkedReport } from "../../lib/http/checked-report.ts";
import { packScannedReport } from "../../lib/view/packed-report.ts";
import { SLICE_LOOKS } from "../../lib/view/slices.ts";
import { cellOf, reportOf } from "./page/cells.ts";

const MISSED = { code: "heartbeat-old", path: "heartbeat.json", text: "silent" } as const;
const STALE: Partial<ReportCell> = { status: "stale", attention: "critical", problems: [MISSED] };
const SUSPICION = { cause: "mass-silence", text: "all cells are silent" } as const;

/** What is asked of a report's cells until its state is known. */
async function check(report: Report) {
  const { head, packed } = await packScannedReport(report, undefined);
  const looks = spyOn(packed, "attentionAt");
  const reads = spyOn(packed, "cellAt");
  const checked = await checkedReport(head, packed);
  const counts = { looks: looks.mock.calls.length, reads: reads.mock.calls.length };
  return { checked, ...counts };
}

const healthOf = (report: Report) => healthStatus({ report, ageSeconds: 0, isFresh: true });

test("a suspicion decides without a look at the cells that it covers", async () => {
  const cells = Array.from({ length: 300 }, (_, n) => cellOf(n + 1, STALE));
  const { checked, ...counts } = await check(reportOf(cells, { suspicion: SUSPICION }));
  expect(counts).toEqual({ looks: 0, reads: 0 });
  expect(checked.cells).toEqual([]);
});

test("the first warning or critical cell decides, and is the only one that is read", async () => {
  const cells = [cellOf(1), cellOf(2, { attention: "warning" }), cellOf(3, STALE)];
  const { checked, ...counts } = await check(reportOf(cells));
  expect(counts).toEqual({ looks: 2, reads: 1 });
  expect(checked.cells.map(({ mission_id }) => mission_id)).toEqual([cellOf(2).mission_id]);
});

test("a problem behind the first slice is found", async () => {
  const cells = Array.from({ length: SLICE_LOOKS + 1 }, (_, n) => cellOf(n + 1));
  expect((await check(reportOf(cells))).checked.cells).toEqual([]);
  const last = cellOf(SLICE_LOOKS + 1, STALE);
  const { checked, reads } = await check(reportOf([...cells.slice(0, -1), last]));
  expect(checked.cells).toEqual([last]);
  expect(reads).toBe(1);
});

test.each([[[]], [["none"]], [["note"]], [["none", "warning"]], [["note", "critical"]]] as const)(
  "the health of cells with the attentions %j is that of the whole report",
  async (attentions) => {
    const cells = attentions.map((attention, n) => cellOf(n + 1, { ...STALE, attention }));
    for (const told of [{}, { suspicion: SUSPICION }, { jobs_unknown: "the directory is gone" }]) {
      const whole = reportOf(cells, told);
      const { checked } = await check(whole);
      expect(healthOf(checked)).toBe(healthOf(whole));
    }
  },
);

/** Long texts about cells: how often they are made, what a part of one takes, and what changes say. */
import { expect, spyOn, test } from "bun:test";
import type { ReportCell } from "../../lib/contract/report.ts";
import { changesText } from "../../lib/http/changes-text.ts";
import { filteredContent } from "../../lib/http/filtered-report.ts";
import { partedResponse } from "../../lib/http/parted-response.ts";
import { PartedText } from "../../lib/http/parted-text.ts";
import { createSnapshot } from "../../lib/http/snapshot.ts";
import { packScannedReport } from "../../lib/view/packed-report.ts";
import { SLICE_CELLS, SLICE_LOOKS } from "../../lib/view/slices.ts";
import type { Delta } from "../../lib/verdict/changes.ts";
import type { Filter } from "../../lib/verdict/report-filter.ts";
import { cellOf, changesOf, reportOf } from "./page/cells.ts";

const COUNT = 2 * SLICE_LOOKS + 1;

/** Every third cell is stale, every 300th has a label. */
const tellOf = (n: number): Partial<ReportCell> => ({
  status: n % 3 === 0 ? "stale" : "healthy",
  labels: n % 300 === 0 ? { team: "a" } : {},
});
const CELLS = Array.from({ length: COUNT }, (_, n) => cellOf(n + 1, tellOf(n)));

async function snapshotOf(cells: readonly ReportCell[], told = {}) {
  const { head, packed } = await packScannedReport(reportOf([...cells], told), undefined);
  return createSnapshot(head, packed);
}

const SNAPSHOT = await snapshotOf(CELLS);

/** The most looks at marks, cells read and cells written in one part, and the number of parts. */
function partsOf(filter: Filter) {
  const text = filteredContent(SNAPSHOT, filter);
  if (!(text instanceof PartedText)) throw new Error("not in parts");
  const spies = (["statusAt", "cellAt", "jsonAt"] as const).map((name) =>
    spyOn(SNAPSHOT.cells, name),
  );
  const most = [0, 0, 0];
  let count = 0;
  for (const _ of text.parts()) {
    count += 1;
    for (const [at, spy] of spies.entries()) {
      most[at] = Math.max(most[at] ?? 0, spy.mock.calls.length);
      spy.mockClear();
    }
  }
  for (const spy of spies) spy.mockRestore();
  const [looks = 0, reads = 0, writes = 0] = most;
  return { count, looks, reads, writes };
}

test("a filter that matches nothing looks at a slice of marks in each part", () => {
  const { count, ...most } = partsOf({ statuses: ["uninitialized"], labels: [] });
  // Two slices, the rest, and the line feed.
  expect(count).toBeLessThanOrEqual(4);
  expect(most).toMatchObject({ reads: 0, writes: 0 });
  expect(most.looks).toBeLessThanOrEqual(SLICE_LOOKS);
});

test.each([
  ["by status", { statuses: ["stale"], labels: [] }],
  ["by label", { statuses: ["stale", "healthy"], labels: ["team=a"] }],
  ["by a label that no cell has", { statuses: ["stale", "healthy"], labels: ["none"] }],
] as const)("no part of a report filtered %s is more work than a slice", (_, filter) => {
  const { looks, reads, writes } = partsOf(filter);
  expect(looks).toBeLessThanOrEqual(SLICE_LOOKS);
  expect(reads).toBeLessThanOrEqual(SLICE_CELLS);
  expect(writes).toBeLessThanOrEqual(SLICE_CELLS);
});

test("a filter selects the same cells in parts", () => {
  const text = filteredContent(SNAPSHOT, { statuses: ["stale"], labels: ["team=a"] });
  const { cells } = JSON.parse((text as PartedText).whole()) as { cells: ReportCell[] };
  expect(cells.map(({ mission_id }) => mission_id)).toEqual(
    CELLS.filter(({ labels }) => "team" in labels).map(({ mission_id }) => mission_id),
  );
});

test("the length of a text is counted once for all HEAD requests", async () => {
  let made = 0;
  const text = new PartedText(COUNT, () => {
    made += 1;
    return ["é", "", "x"];
  });
  const head = new Request("http://localhost/", { method: "HEAD" });
  const ask = () => partedResponse(head, "text/plain", text, {});
  for (const response of [...(await Promise.all([ask(), ask()])), await ask()])
    expect(response.headers.get("Content-Length")).toBe("3");
  expect(made).toBe(1);
});

test("changes have all of the report's head but what a delta does not have", async () => {
  const told: Partial<Delta> = {
    next_expected_at: "2031-05-06T07:08:17.000Z",
    suspicion: { cause: "disk-full", text: "the disk is full" },
    fleet: { state: "joined", warning: false, text: "In the fleet." },
    jobs: { heartbeat_dir: "/var/lib/beats", summary: { total: 0 } as never, jobs: [] },
    jobs_unknown: "gone",
  };
  const cells = [cellOf(1), cellOf(2, { state: "idle" })];
  const hold = { since: "2031-05-06T07:08:12.000Z" };
  const snapshot = await snapshotOf(cells, { ...told, hold });
  const changes = { changed: [1], removed: ["r"], statuses: new Map() };
  const { summary } = snapshot.report;
  expect(JSON.parse(changesText(snapshot, changes).whole())).toEqual(
    changesOf(cells.slice(1), { ...told, summary, removed: ["r"] }),
  );
});

/** How the page keeps what it knows current. */
import { describe, expect, test } from "bun:test";
import {
  applyChanges,
  concerns,
  fromReport,
  statusChangeText,
} from "../../../lib/http/page/rules/merge.ts";
import { idOf } from "../../tools/cells.ts";
import { cellOf, changesOf, reportOf } from "./cells.ts";

const JOBS = { heartbeat_dir: "/var/lib/beats", summary: { total: 0 } as never, jobs: [] };
const known = fromReport(reportOf([cellOf(1), cellOf(2)], { jobs: JOBS }));

describe("a whole report", () => {
  test("becomes entries by mission id, none of them news", () => {
    expect([...known.entries.keys()]).toEqual([idOf(1), idOf(2)]);
    expect([...known.entries.values()].map(({ hasNewStatus }) => hasNewStatus)).toEqual([
      false,
      false,
    ]);
    expect(known.report).not.toHaveProperty("cells");
    expect(known.report.root).toBe("/srv/missions");
  });
});

describe("changes", () => {
  test("replace the cells they name, and leave the others as they are", () => {
    const next = applyChanges(known, changesOf([cellOf(2, { state: "idle" })]));
    expect(next.entries.get(idOf(2))?.cell.state).toBe("idle");
    expect(next.entries.get(idOf(1))).toBe(known.entries.get(idOf(1)) as never);
    expect(known.entries.get(idOf(2))?.cell.state).toBe("working");
  });

  test("are news only where a cell is new or its status is another", () => {
    const cells = [cellOf(1, { state: "idle" }), cellOf(2, { status: "stale" }), cellOf(3)];
    const next = applyChanges(known, changesOf(cells));
    expect([...next.entries.values()].map(({ hasNewStatus }) => hasNewStatus)).toEqual([
      false,
      true,
      true,
    ]);
  });

  test("make a healthy cell that comes to rest news", () => {
    const paused = cellOf(1, { mission_status: "paused", limit_seconds: null });
    const next = applyChanges(known, changesOf([paused]));
    expect(next.entries.get(idOf(1))).toMatchObject({ status: "resting", hasNewStatus: true });
  });

  test("take away what is gone", () => {
    const next = applyChanges(known, changesOf([], { removed: [idOf(1)] }));
    expect([...next.entries.keys()]).toEqual([idOf(2)]);
  });

  test("renew the report, and keep the root and the host", () => {
    const suspicion = { cause: "disk-full", text: "the disk is full" } as const;
    const next = applyChanges(known, changesOf([], { duration_ms: 9, suspicion }));
    const { root, host, duration_ms } = next.report;
    expect({ root, host, duration_ms, suspicion: next.report.suspicion }).toEqual({
      root: "/srv/missions",
      host: "cella",
      duration_ms: 9,
      suspicion,
    });
    expect(applyChanges(next, changesOf([])).report.suspicion).toBeUndefined();
  });

  test("without a part in a fleet say that the host has left it", () => {
    const fleet = { state: "joined", warning: false, text: "In the fleet." } as const;
    const joined = applyChanges(known, changesOf([], { fleet }));
    expect(joined.report.fleet).toEqual(fleet);
    expect(applyChanges(joined, changesOf([])).report.fleet).toBeUndefined();
  });

  test("without jobs say that the jobs are not known any more", () => {
    expect(applyChanges(known, changesOf([])).report.jobs).toBeUndefined();
    expect(applyChanges(known, changesOf([], { jobs: JOBS })).report.jobs).toEqual(JOBS);
  });

  test("say why the jobs are unknown, for as long as they are", () => {
    const vanished = applyChanges(known, changesOf([], { jobs_unknown: "gone" }));
    expect(vanished.report.jobs_unknown).toBe("gone");
    expect(applyChanges(vanished, changesOf([])).report.jobs_unknown).toBeUndefined();
  });

  test("concern the cells they name, whether changed or gone", () => {
    const changes = changesOf([cellOf(1)], { removed: [idOf(2)] });
    expect([1, 2, 3].map((n) => concerns(changes, idOf(n)))).toEqual([true, true, false]);
  });
});

const newsOf = (...cells: ReturnType<typeof cellOf>[]) => {
  const changes = changesOf(cells);
  return statusChangeText(applyChanges(known, changes), changes);
};

describe("the news, for a screen reader", () => {
  test("name one cell by its title, with hidden characters shown", () => {
    expect(newsOf(cellOf(1, { status: "stale" }))).toBe("Mission 1 is stale");
    expect(newsOf(cellOf(1, { status: "stale", title: "a\u202eb" }))).toBe("a\\u{202e}b is stale");
  });

  test("name a cell without a title by its id", () => {
    expect(newsOf(cellOf(3, { title: " " }))).toBe(`${idOf(3)} is healthy`);
  });

  test("count several changes of status, and ignore changes of the agent's state", () => {
    const cells = [cellOf(1, { state: "idle" }), cellOf(2, { status: "stale" }), cellOf(3)];
    expect(newsOf(...cells)).toBe("2 cells changed status");
    expect(newsOf(cellOf(1, { state: "idle" }))).toBe("");
  });
});

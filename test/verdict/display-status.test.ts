/** The status under which a cell is shown, and the order of the statuses. */
import { describe, expect, test } from "bun:test";
import type { Problem, Status } from "../../lib/contract/report.ts";
import { displayStatus, severityRank, statusText } from "../../lib/verdict/display-status.ts";

const cell = (status: Status, limit: number | null = 300) =>
  ({
    status,
    limit_seconds: limit,
    mission_status: "paused",
    state: "working",
    attention: "none",
    problems: [] as Problem[],
  }) as const;

describe("the status that is shown", () => {
  test("a healthy cell without a limit is resting, and says why", () => {
    expect(displayStatus(cell("healthy", null))).toBe("resting");
    expect(statusText(cell("healthy", null))).toBe("resting (paused)");
  });

  test.each(["healthy", "stale", "incomplete", "uninitialized"] as const)(
    "a %s cell with a limit keeps its status",
    (status) => {
      expect(displayStatus(cell(status))).toBe(status);
      expect(statusText(cell(status))).toBe(status);
    },
  );

  test("an idle, a waiting and a stuck cell are shown as such", () => {
    const active = { ...cell("healthy"), mission_status: "active" } as const;
    const stuck = { code: "stuck", path: "state/heartbeat.json", text: "" } as const;
    expect(statusText({ ...active, limit_seconds: null, state: "idle" })).toBe("resting (idle)");
    expect(statusText({ ...active, state: "waiting" })).toBe("waiting");
    expect(statusText({ ...active, status: "stale", problems: [stuck] })).toBe("stuck");
  });

  test("attention comes before the status", () => {
    const failed = { ...cell("healthy", null), attention: "warning" } as const;
    expect(severityRank(failed)).toBeLessThan(severityRank(cell("incomplete")));
  });

  test("a broken cell has no limit, and does not rest", () => {
    expect(displayStatus(cell("incomplete", null))).toBe("incomplete");
  });

  test("the worst comes first, and resting cells last", () => {
    const resting = cell("healthy", null);
    const cells = [resting, cell("healthy"), cell("uninitialized", null), cell("stale")];
    const sorted = [...cells, cell("incomplete", null)].toSorted(
      (a, b) => severityRank(a) - severityRank(b),
    );
    expect(sorted.map(displayStatus)).toEqual([
      "incomplete",
      "stale",
      "uninitialized",
      "healthy",
      "resting",
    ]);
  });
});

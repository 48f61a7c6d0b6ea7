/** The metric that names a mission's title, owner and labels. */
import { describe, expect, test } from "bun:test";
import { metricsText } from "../../lib/scan/rules/prometheus.ts";
import { cellOf, reportOf } from "../http/page/cells.ts";
import { idOf } from "../tools/cells.ts";

const infoLine = (cell: Parameters<typeof cellOf>[1]) =>
  metricsText(reportOf([cellOf(1, cell)]), { version: "0" })
    .split("\n")
    .find((line) => line.startsWith("mission_info"));

describe("who a mission belongs to", () => {
  test("is its title, owner and labels, escaped", () => {
    const labels = { team: "payments", "cost/center": 'a"b\\c\n', cost_center: "second" };
    expect(infoLine({ title: "Move\u202e the ledger", owner: "ines", labels })).toBe(
      `mission_info{mission_id="${idOf(1)}",title="Move\\\\u{202e} the ledger",owner="ines",label_team="payments",label_cost_center="a\\"b\\\\c\\\\u{a}"} 1`,
    );
  });

  test("is empty where it is unknown, and limited in number and length", () => {
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`l${n}`, "x".repeat(500)]),
    );
    const line = infoLine({ title: null, labels: many }) ?? "";
    expect(line).toContain('title="",owner=""');
    expect(line.match(/label_/g)?.length).toBe(8);
    expect(line.length).toBeLessThan(1200);
    expect(metricsText(reportOf([cellOf(1)]), { version: "0", perCell: false })).not.toContain(
      "mission_info",
    );
  });
});

const linesOf = (process: "alive" | "gone", code: "heartbeat-old" | "stuck") => {
  const evidence = { process, exit: null, host: null };
  const cell = cellOf(1, { evidence, problems: [{ code, path: ".", text: "" }] });
  return metricsText(reportOf([cell]), { version: "0" })
    .split("\n")
    .filter((line) => /^mission_cells?_silent_but_running/.test(line));
};

test("silent missions whose process runs are counted and named, and others are not", () => {
  expect(linesOf("alive", "heartbeat-old")).toEqual([
    "mission_cells_silent_but_running 1",
    `mission_cell_silent_but_running{mission_id="${idOf(1)}"} 1`,
  ]);
  expect(linesOf("gone", "heartbeat-old")).toEqual(["mission_cells_silent_but_running 0"]);
  expect(linesOf("alive", "stuck")).toEqual(["mission_cells_silent_but_running 0"]);
});

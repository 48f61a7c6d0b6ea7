/**
 * Text tables of any length.
 */
import { expect, test } from "bun:test";
import { alignColumns } from "../../lib/cli/columns.ts";

test("columns are as wide as their widest text, also a wide one", () => {
  expect(alignColumns([])).toEqual([]);
  expect(
    alignColumns([
      ["a", "b"],
      ["\u6f22\u5b57", "c"],
    ]),
  ).toEqual(["a     b", "\u6f22\u5b57  c"]);
});

test("a table may have a million rows", () => {
  const rows = Array.from({ length: 1_000_000 }, () => ["id", ""]);
  expect(alignColumns(rows)).toHaveLength(1_000_000);
});

/** Filters and order of the page's table. */
import { describe, expect, test } from "bun:test";
import { entryOf } from "../../../lib/http/page/rules/entry.ts";
import { type ColumnName, sorted } from "../../../lib/http/page/rules/sort.ts";
import { queryOf, viewOf } from "../../../lib/http/page/rules/address.ts";
import {
  FIRST_VIEW,
  matches,
  onPaper,
  searchFor,
  showMore,
  sortBy,
  toggleStatus,
} from "../../../lib/http/page/rules/view.ts";
import { idOf } from "../../tools/cells.ts";
import { cellOf } from "./cells.ts";

const WELL = entryOf(cellOf(1, { title: "mission 10", labels: { team: "core" } }));
const LATE = entryOf(
  cellOf(2, {
    title: "Mission 9",
    status: "stale",
    state: "waiting",
    last_heartbeat: "2031-05-06T06:00:00.000Z",
    problems: [{ code: "heartbeat-old", path: "state/heartbeat.json", text: "no beat since six" }],
  }),
);
const RESTING = entryOf(
  cellOf(3, { title: "Ended", mission_status: "failed", limit_seconds: null }),
);
const BROKEN = entryOf(
  cellOf(4, { title: null, status: "incomplete", state: null, last_heartbeat: null }),
);
const ALL = [WELL, LATE, RESTING, BROKEN];

const found = (view: typeof FIRST_VIEW) => ALL.filter((entry) => matches(view, entry));

describe("the filter by status", () => {
  test("lets everything through at first", () => {
    expect(found(FIRST_VIEW)).toEqual(ALL);
  });

  test("tells resting cells from healthy ones, so that the counts add up", () => {
    expect(found(toggleStatus(FIRST_VIEW, "healthy"))).toEqual([WELL]);
    expect(found(toggleStatus(FIRST_VIEW, "resting"))).toEqual([RESTING]);
  });

  test("is taken back by choosing the same again", () => {
    const view = toggleStatus(FIRST_VIEW, "stale");
    expect(toggleStatus(view, "stale").status).toBe("all");
    expect(toggleStatus(view, "healthy").status).toBe("healthy");
  });
});

describe("the filter by text", () => {
  test.each([
    ["team=core", [WELL]],
    ["  MISSION   waiting ", [LATE]],
    ["heartbeat-old", [LATE]],
    ["since six", [LATE]],
    ["resting", [RESTING]],
    [idOf(4), [BROKEN]],
    ["", ALL],
    ["mission nowhere", []],
  ])("finds %j", (text, entries) => {
    expect(found(searchFor(FIRST_VIEW, text))).toEqual(entries);
  });

  test("finds a hidden character by the number that is shown for it", () => {
    const hidden = entryOf(cellOf(5, { title: "a\u202eb" }));
    expect(matches(searchFor(FIRST_VIEW, "\\u{202E}"), hidden)).toBe(true);
  });

  test("works together with the filter by status", () => {
    const view = searchFor(toggleStatus(FIRST_VIEW, "healthy"), "mission");
    expect(found(view)).toEqual([WELL]);
    expect(found(searchFor(view, "elsewhere"))).toEqual([]);
  });
});

const order = (column: ColumnName, descending = false) => sorted(ALL, column, descending);

describe("the order", () => {
  test("by status puts the worst first", () => {
    expect(order("status")).toEqual([BROKEN, LATE, WELL, RESTING]);
    expect(order("status", true)).toEqual([RESTING, WELL, LATE, BROKEN]);
  });

  test("by title counts numbers as numbers, and puts what has none last both ways", () => {
    expect(order("title")).toEqual([RESTING, LATE, WELL, BROKEN]);
    expect(order("title", true)).toEqual([WELL, LATE, RESTING, BROKEN]);
  });

  test("by age: the oldest beat first when descending, and ties by id", () => {
    expect(order("age", true)).toEqual([LATE, WELL, RESTING, BROKEN]);
    expect(order("age")).toEqual([WELL, RESTING, LATE, BROKEN]);
  });

  test("by labels, problem, state and id", () => {
    expect(order("labels")[0]).toBe(WELL);
    expect(order("problem")[0]).toBe(LATE);
    expect(order("state")).toEqual([LATE, WELL, RESTING, BROKEN]);
    expect(order("id", true)).toEqual(ALL.toReversed());
  });

  test("changes its direction when a column is chosen again; ages start with the oldest", () => {
    const byTitle = sortBy(FIRST_VIEW, "title");
    expect([byTitle.column, byTitle.descending]).toEqual(["title", false]);
    expect(sortBy(byTitle, "title").descending).toBe(true);
    const byAge = sortBy(byTitle, "age");
    expect([byAge.descending, sortBy(byAge, "age").descending]).toEqual([true, false]);
  });
});

test("more rows are shown a hundred at a time, and a filter starts over", () => {
  const longer = showMore(showMore(FIRST_VIEW));
  expect(longer.limit).toBe(300);
  expect(searchFor(longer, "x").limit).toBe(100);
  expect(toggleStatus(longer, "stale").limit).toBe(100);
  expect(sortBy(longer, "id").limit).toBe(100);
});

describe("the address", () => {
  const filtered = searchFor(toggleStatus(FIRST_VIEW, "stale"), "Team=a b&c #1");

  test.each([
    [FIRST_VIEW, ""],
    [sortBy(FIRST_VIEW, "age"), "?sort=-age"],
    [sortBy(FIRST_VIEW, "status"), "?sort=-status"],
    [filtered, "?q=team%3Da+b%26c+%231&status=stale"],
  ])("holds the view, and gives it back", (view, query) => {
    expect(queryOf(view)).toBe(query);
    expect(viewOf(query)).toEqual(view);
  });

  test("of an unknown status or column shows every cell in the usual order", () => {
    expect(viewOf("?status=dead&sort=--age&x=1")).toEqual(FIRST_VIEW);
    expect(viewOf("?sort=toString")).toEqual(FIRST_VIEW);
  });
});

test("on paper the worst come first, and none that needs attention is left out", () => {
  const view = onPaper(sortBy(filtered130(), "title"), 130);
  expect([view.column, view.descending, view.limit]).toEqual(["status", false, 230]);
  expect(view.words).toEqual(["core"]);
});

const filtered130 = () => searchFor(FIRST_VIEW, "core");

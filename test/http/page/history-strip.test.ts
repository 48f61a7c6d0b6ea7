/** The strip of a cell's last 30 days. */
import { expect, test } from "bun:test";
import type { Event } from "../../../lib/contract/event.ts";
import { stripOf, stripText } from "../../../lib/http/page/rules/history-strip.ts";
import { idOf } from "../../tools/cells.ts";
import { NOON } from "../../tools/facts.ts";

const DAY_MS = 86_400_000;
const daysAgo = (days: number): string => new Date(NOON.getTime() - days * DAY_MS).toISOString();
const change = (days: number, from: Event["from"], to: Event["to"]): Event => ({
  schema_version: 1,
  at: daysAgo(days),
  event: "changed",
  mission_id: idOf(1),
  from,
  to,
});
const statusesOf = (events: readonly Event[], sinceDays = 30) =>
  stripOf({ events: [...events], since: daysAgo(sinceDays) }, "healthy", NOON.getTime()).map(
    ({ status }) => status,
  );

test("a day has its worst status, and one without a record has none", () => {
  const statuses = statusesOf(
    [
      change(5.5, "healthy", "stale"),
      change(5.4, "stale", "healthy"),
      change(1.5, "healthy", null),
    ],
    10,
  );
  expect(statuses).toHaveLength(30);
  expect(statuses.slice(0, 20).every((status) => status === null)).toBe(true);
  expect(statuses.slice(20)).toEqual([
    ...Array.from({ length: 4 }, () => "healthy"),
    "stale",
    ...Array.from({ length: 4 }, () => "healthy"),
    null,
  ] as never);
});

test("a status lasts until the next change; other events do not end it", () => {
  const snoozed: Event = { ...change(2, undefined, undefined), event: "snoozed" };
  const statuses = statusesOf([change(3.5, "healthy", "incomplete"), snoozed]);
  expect(statuses.slice(-5)).toEqual([
    "healthy",
    ...Array.from({ length: 4 }, () => "incomplete"),
  ] as never);
});

test("without a change the cell was as it is now since the record began", () => {
  expect(statusesOf([], 2).slice(-3)).toEqual([null, "healthy", "healthy"]);
  const days = stripOf({ events: [], since: daysAgo(2) }, "stale", NOON.getTime());
  expect(stripText(days)).toBe("Of the last 30 days: not recorded on 28, stale on 2");
});

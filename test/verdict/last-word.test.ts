import { expect, test } from "bun:test";
import { printableJson } from "../../lib/base/printable.ts";
import { SuspicionCause } from "../../lib/contract/report.ts";
import { suspicionInStart } from "../../lib/verdict/last-word.ts";
import { buildReport, type ReportHeader } from "../../lib/verdict/report.ts";
import { NOON } from "../tools/facts.ts";

const after = (seconds: number) => new Date(NOON.getTime() + 1000 * seconds);
const HEADER: ReportHeader = {
  now: NOON,
  host: "h",
  root: "/r",
  duration_ms: 1,
  next: after(10),
  suspicion: { cause: "suspended", text: "this host was suspended" },
};
const textOf = (header: Partial<ReportHeader> = {}) =>
  printableJson(buildReport({ ...HEADER, ...header }, [], []));
const causeIn = (start: string, seconds = 1) =>
  suspicionInStart(start, after(seconds))?.cause ?? null;

test.each(SuspicionCause.options)(
  "the daemon's word counts for what a look cannot show: %s",
  (cause) => {
    const isOfDisk = cause === "disk-full" || cause === "read-only";
    const found = causeIn(textOf({ suspicion: { cause, text: "" } }));
    expect(found).toBe(isOfDisk ? null : cause);
  },
);

test("the suspicion of the last report counts for three intervals, before and after its time", () => {
  expect([-31, -30, 0, 30, 31].map((seconds) => causeIn(textOf(), seconds))).toEqual([
    null,
    "suspended",
    "suspended",
    "suspended",
    null,
  ]);
});

test("only the start of a report is needed, whatever the root is called", () => {
  const text = textOf({ root: '/r","summary":{}', host: '{"summary":' });
  expect(causeIn(text.slice(0, text.lastIndexOf(',"summary":') + 20))).toBe("suspended");
});

test.each([
  ["nothing", ""],
  ["a report that is cut off before its summary", textOf().slice(0, 60)],
  ["a report without a suspicion", textOf({ suspicion: undefined })],
  ["a report without a next one", textOf().replace(/"next_expected_at":"[^"]*",/, "")],
  ["another document", '{"a":1,"summary":{}}'],
])("%s says nothing", (_, text) => {
  expect(causeIn(text)).toBeNull();
});

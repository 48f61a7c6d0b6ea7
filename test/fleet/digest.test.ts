/**
 * What is news about a report, so that a host publishes it at once; all else waits for its minute.
 */
import { expect, test } from "bun:test";
import type { Report, ReportCell } from "../../lib/contract/report.ts";
import { reportDigest } from "../../lib/fleet/rules/digest.ts";
import { cellOf, deadCell, reportOf } from "./hosts.ts";

const digestOf = (changes: Partial<ReportCell> = {}, report: Partial<Report> = {}): string =>
  reportDigest(reportOf([cellOf(1, changes), cellOf(2)], report));

const CALM = digestOf();

test.each<[string, string]>([
  ["a status", digestOf({ status: "stale" })],
  ["an attention", digestOf({ attention: "warning" })],
  ["a problem", digestOf({ problems: deadCell(1).problems })],
  ["a mission's status", digestOf({ mission_status: "paused" })],
  ["a title", digestOf({ title: "another" })],
  ["no title", digestOf({ title: null })],
  ["a label", digestOf({ labels: { team: "a" } })],
  ["a suspicion", digestOf({}, { suspicion: { cause: "mass-silence", text: "many" } })],
  ["a cell that came", reportDigest(reportOf([1, 2, 3].map((n) => cellOf(n))))],
  ["a cell that went", reportDigest(reportOf([cellOf(1)]))],
])("%s is news", (_, digest) => {
  expect(digest).not.toBe(CALM);
});

const LATER = "2026-01-01T12:00:08.000Z";

test.each<[string, string]>([
  ["a beat", digestOf({ last_heartbeat: LATER, expected_since: LATER, age_seconds: 0 })],
  ["a state of an agent", digestOf({ state: "waiting", message: "for a review" })],
  ["progress", digestOf({ progress: { done: 1, total: 2 } as ReportCell["progress"] })],
  ["another round", digestOf({}, { generated_at: LATER, duration_ms: 9 })],
])("%s is not", (_, digest) => {
  expect(digest).toBe(CALM);
});

test("the text of a problem is not, while its code is the same", () => {
  const problem = { code: "heartbeat-old", path: "state/heartbeat.json" } as const;
  const of = (text: string) => digestOf({ problems: [{ ...problem, text }] });
  expect(of("5m old")).toBe(of("6m old"));
});

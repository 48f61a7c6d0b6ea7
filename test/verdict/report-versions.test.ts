/** Reports of both versions: what older programs wrote, and what they can read. */
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { Report } from "../../lib/contract/report.ts";
import { classify } from "../../lib/verdict/classify.ts";
import { buildReport, reportCell } from "../../lib/verdict/report.ts";
import {
  AnyReport,
  inCurrentVersion,
  inVersion1,
  ReportV1,
} from "../../lib/verdict/report-versions.ts";
import { idOf } from "../tools/cells.ts";
import { type Changes, factsOf, NOON, LIMITS } from "../tools/facts.ts";

const AT = NOON.toISOString();
const cellOf = (changes: Changes, n: number) => {
  const facts = factsOf(changes);
  return { ...reportCell(facts, classify(facts, LIMITS, NOON)), mission_id: idOf(n) };
};
const reportOf = (...cells: Changes[]): Report =>
  buildReport(
    { now: NOON, host: "h", root: "/r", duration_ms: 1 },
    cells.map((changes, at) => cellOf(changes, at + 1)),
    [],
  );

const EVERY = reportOf(
  {},
  { age: 301 },
  { heartbeat: { exit: { code: 1, at: AT } } },
  { heartbeat: { state: "stuck" } },
  { mission: { status: "paused" } },
  { heartbeat: { other_writer: { at: AT } } },
  { log: { outcome: "absent" } },
);

describe("a report in version 1", () => {
  const old = inVersion1(EVERY);

  test("matches its schema", () => {
    expect(v.parse(v.strictObject(ReportV1.entries), old)).toEqual(old);
  });

  test("shows new codes as the most similar one that it has, and a stuck cell as healthy", () => {
    expect(
      old.cells.map(({ status, problems }) => [status, ...problems.map(({ code }) => code)]),
    ).toEqual([
      ["healthy"],
      ["stale", "heartbeat-old"],
      ["stale", "exited"],
      ["healthy"],
      ["healthy"],
      ["healthy"],
      ["incomplete", "absent"],
    ]);
    expect(old.summary).toEqual({
      total: 7,
      healthy: 4,
      stale: 2,
      incomplete: 1,
      uninitialized: 0,
      resting: 1,
    });
  });

  test("says that the observer is suspect", () => {
    const suspicion = { cause: "disk-full", text: "full" } as const;
    expect(inVersion1({ ...EVERY, suspicion }).observer_suspect).toBe(true);
    expect(old.observer_suspect).toBe(false);
  });

  test("leaves out what version 1 has no word for", () => {
    const untold = (["two-writers", "stuck", "clone-lost"] as const).map((code) => ({
      code,
      path: ".",
      text: code,
    }));
    const cells = EVERY.cells.map((cell) => ({ ...cell, problems: untold }));
    expect(inVersion1({ ...EVERY, cells }).cells.flatMap(({ problems }) => problems)).toEqual([]);
  });
});

describe("a report that is read", () => {
  test("in version 2 is as it was", () => {
    expect(inCurrentVersion(v.parse(AnyReport, EVERY))).toEqual(EVERY);
  });

  test("in version 1 gets the attention and the counts of version 2", () => {
    const read = inCurrentVersion(v.parse(AnyReport, inVersion1(EVERY)));
    expect(v.parse(v.strictObject(Report.entries), read)).toEqual(read);
    expect(read.cells.map(({ attention }) => attention)).toEqual([
      "none",
      "critical",
      "warning",
      "none",
      "none",
      "none",
      "critical",
    ]);
    expect(read.summary).toMatchObject({ critical: 2, warning: 1 });
  });

  test("in version 1 keeps its suspicion", () => {
    const suspect = { ...inVersion1(EVERY), observer_suspect: true };
    expect(inCurrentVersion(v.parse(AnyReport, suspect)).suspicion?.cause).toBe("mass-silence");
  });
});

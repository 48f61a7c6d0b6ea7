/**
 * How jobs are judged, and what their files may say.
 */
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { parseJobFile } from "../../lib/jobs/rules/foreign-record.ts";
import { jobNextStep } from "../../lib/jobs/rules/job-next-step.ts";
import { type JobFacts, judgeJob } from "../../lib/jobs/rules/dead-man.ts";
import { jobSeverity } from "../../lib/jobs/rules/job-severity.ts";
import { begunRuns } from "../../lib/jobs/rules/job-history.ts";
import type { Liveness } from "../../lib/contract/process-identity.ts";
import type { JobRecord } from "../../lib/contract/job.ts";
import { ReportJob } from "../../lib/contract/job-report.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const ago = (seconds: number) => new Date(NOW.getTime() - 1000 * seconds).toISOString();
const DAY = 86_400;

/** The facts of a job that reported `age` seconds ago. */
const facts = (
  age: number,
  record: Partial<JobRecord> = {},
  process: Liveness = "unknown",
): JobFacts => {
  const value: JobRecord = { job: "x", status: "ok", timestamp: ago(age), ...record };
  const runs = begunRuns(value).map((run) => ({ run, process, age }));
  return { job: "x", record: { outcome: "read", value }, runs };
};
const noon = (skewSeconds: number) => ({ skewSeconds, now: NOW });
const daily = { interval_seconds: DAY, grace_seconds: 3600 };

describe("judgeJob()", () => {
  test.each([
    ["just reported", facts(0, daily), "on-time", "OK"],
    ["exactly at its interval", facts(DAY, daily), "on-time", "OK"],
    ["a moment after its interval", facts(DAY + 0.001, daily), "late", "OK"],
    ["exactly at the end of its grace", facts(DAY + 3600, daily), "late", "OK"],
    ["a moment after its grace", facts(DAY + 3600.001, daily), "missing", "CRITICAL"],
    ["without an interval, however old", facts(1e8), "on-time", "OK"],
    ["within a tenth of its interval", facts(1.1 * DAY, { interval_seconds: DAY }), "late", "OK"],
    ["after that", facts(1.1 * DAY + 1, { interval_seconds: DAY }), "missing", "CRITICAL"],
    ["within the least grace", facts(120, { interval_seconds: 60 }), "late", "OK"],
    ["after the least grace", facts(121, { interval_seconds: 60 }), "missing", "CRITICAL"],
    [
      "without any grace",
      facts(61, { interval_seconds: 60, grace_seconds: 0 }),
      "missing",
      "CRITICAL",
    ],
    ["failed", facts(1, { ...daily, status: "fail", exit_code: 3 }), "failed", "CRITICAL"],
    ["took too long", facts(1, { ...daily, status: "timeout" }), "failed", "CRITICAL"],
    ["skipped in time", facts(1, { ...daily, status: "skipped" }), "on-time", "OK"],
    ["lost by its own word", facts(1, { status: "lost" }), "lost", "CRITICAL"],
    ["running", facts(1, { status: "running" }, "alive"), "on-time", "OK"],
    ["running, and gone", facts(1, { status: "running" }, "gone"), "lost", "CRITICAL"],
    ["running elsewhere", facts(1, { status: "running" }, "unknown"), "on-time", "OK"],
    [
      "running beyond its interval",
      facts(DAY + 1, { ...daily, status: "running" }, "alive"),
      "on-time",
      "OK",
    ],
    [
      "running beyond its grace",
      facts(DAY + 3601, { ...daily, status: "running" }, "alive"),
      "running-too-long",
      "WARNING",
    ],
    ["gone, and ended since", facts(1, { status: "ok" }, "gone"), "on-time", "OK"],
    ["ahead within the allowed skew", facts(-60), "on-time", "OK"],
    ["ahead of the clock", facts(-60.001), "unreadable", "CRITICAL"],
    [
      "unreadable",
      { job: "x", record: { outcome: "malformed", why: "it is not JSON" }, runs: [] },
      "unreadable",
      "CRITICAL",
    ],
  ] as const)("a job that is %s", (_, given, health, state) => {
    const judged = judgeJob(given, noon(60));
    expect(judged.health).toBe(health);
    expect(jobSeverity(judged)).toBe(state);
    expect(judged.text).not.toBe("");
  });

  test("says when it is due, how late it may be, and how it ended", () => {
    const given = facts(10, {
      ...daily,
      status: "fail",
      exit_code: 143,
      signal: "SIGTERM",
      duration_ms: 5,
    });
    expect(judgeJob(given, noon(60))).toEqual({
      job: "x",
      health: "failed",
      text: "failed: it was ended by SIGTERM",
      status: "fail",
      last_report: ago(10),
      started_at: null,
      ended_at: null,
      age_seconds: 10,
      due_at: ago(10 - DAY),
      interval_seconds: DAY,
      grace_seconds: 3600,
      schedule: null,
      timezone: null,
      paused_until: null,
      declared: false,
      duration_ms: 5,
      exit_code: 143,
      last_end: {
        status: "fail",
        ended_at: ago(10),
        exit_code: 143,
        signal: "SIGTERM",
        duration_ms: 5,
      },
      failures_in_a_row: 1,
      runs: [],
      usual_duration_ms: null,
      skipped: null,
    });
  });

  test.each<readonly [object, string]>([
    [{ exit_code: 1 }, "failed: it ended with 1"],
    [
      { exit_code: 137 },
      "failed: it ended with 137 (as a shell reports SIGKILL: killed, as by the kernel when memory runs out)",
    ],
    [{ exit_code: 130 }, "failed: it ended with 130 (as a shell reports SIGINT)"],
    [{ exit_code: 127 }, "failed: it ended with 127 (the program was not found)"],
    [{ exit_code: 127, message: "no x" }, "failed: it ended with 127: no x"],
    [{ exit_code: 139, signal: "SIGSEGV" }, "failed: it was ended by SIGSEGV (it crashed)"],
    [
      { exit_code: 137, signal: "SIGKILL", status: "timeout" },
      "took too long: it was ended by SIGKILL",
    ],
  ])("tells what the end %j means", (end, text) => {
    expect(judgeJob(facts(10, { status: "fail", ...end }), noon(60)).text).toBe(text);
  });

  test("says that a report lies in the future, and suggests to check the clock only for that", () => {
    const judged = judgeJob(facts(-7200, { ...daily, status: "ok" }), noon(60));
    expect(judged.text).toBe("its last report lies 2h in the future");
    expect(jobNextStep(judged)).toContain("clock");
    expect(jobNextStep({ ...judged, age_seconds: null })).toBe(
      "let this account read its record, or fix or remove it",
    );
  });

  test("escapes the control characters of a record", () => {
    const given = facts(1, { status: "fail", message: "\u001b[2J\nx".repeat(200) });
    const { text } = judgeJob(given, noon(60));
    expect(text).toStartWith("failed: \\u{1b}[2J\\u{a}x");
    expect(text.length).toBeLessThanOrEqual(200);
  });

  test("gives no due time after the year 9999, which no timestamp can express", () => {
    const told = facts(1, { interval_seconds: DAY, timestamp: "9999-12-31T23:59:59Z" });
    const judged = judgeJob(told, noon(1e15));
    expect(v.is(ReportJob, judged)).toBe(true);
    expect(judged).toMatchObject({ due_at: null, interval_seconds: DAY });
  });
});

describe("readNews()", () => {
  const CHANGED = Date.parse(ago(500));
  const at = (text: string) => {
    const news = parseJobFile("x", text, CHANGED);
    return news.outcome === "read" ? [news.value.status, news.value.timestamp] : news.outcome;
  };
  test.each([
    ["an empty file, by its own time", "", ["ok", ago(500)]],
    ["words that start with a status", "OK: 12 files\n", ["ok", ago(500)]],
    ["words that start with a failure", "FAILED: disk full\n", ["fail", ago(500)]],
    ["other words", "backup done\n", "malformed"],
    ["a word that only starts like a status", "okay-ish", "malformed"],
    ["RFC 3339", `${ago(7)}\n`, ["ok", ago(7)]],
    ["seconds since 1970", `${NOW.getTime() / 1000}\n`, ["ok", ago(0)]],
    ["milliseconds since 1970", `${NOW.getTime()}`, ["ok", ago(0)]],
    [
      "an object with another time",
      `{"last_run": "${ago(9)}", "status": "success"}`,
      ["ok", ago(9)],
    ],
    ["an object with seconds", `{"ts": ${NOW.getTime() / 1000}}`, ["ok", ago(0)]],
    ["an object that failed", '{"status": "ERROR"}', ["fail", ago(500)]],
    [
      "our own record",
      `{"job": "x", "status": "timeout", "timestamp": "${ago(3)}"}`,
      ["timeout", ago(3)],
    ],
    ["a status nobody knows", '{"status": "meh"}', "malformed"],
    ["another job's record", `{"job": "y", "status": "ok", "timestamp": "${ago(3)}"}`, "malformed"],
    ["a broken record of ours", '{"schema_version": 1, "job": "x"}', "malformed"],
    ["half a record", '{"job": "x", "sta', "malformed"],
  ])("reads %s", (_, text, expected) => {
    expect(at(text)).toEqual(expected as never);
  });

  test.each([9e15, -9e15, 3e14, -3e14, Number.NaN])(
    "a file's own time of %p ms is malformed, unless it tells another",
    (changedAt) => {
      expect(parseJobFile("x", "", changedAt).outcome).toBe("malformed");
      expect(parseJobFile("x", "{}", changedAt).outcome).toBe("malformed");
      expect(parseJobFile("x", ago(7), changedAt).outcome).toBe("read");
    },
  );

  test("keeps how often another writer's job is to run, where only some of the rest is known", () => {
    const period = { interval_seconds: 60, grace_seconds: 5 };
    const said = { status: "ok", timestamp: ago(7), started_at: "yesterday", ...period };
    const news = parseJobFile("x", JSON.stringify(said), CHANGED);
    expect(news).toEqual({
      outcome: "read",
      value: { job: "x", status: "ok", timestamp: ago(7), ...period },
    });
    const odd = parseJobFile("x", JSON.stringify({ ...said, interval_seconds: "often" }), CHANGED);
    expect(odd).toEqual({
      outcome: "malformed",
      why: "interval_seconds: Expected seconds, 0 to 1000000000",
    });
  });
});

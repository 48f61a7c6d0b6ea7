/** The cron jobs as the page lists them. */
import { describe, expect, test } from "bun:test";
import { JobHealth, type ReportJob } from "../../../lib/contract/job-report.ts";
import {
  durationText,
  hasBadJob,
  jobLook,
  jobsHeading,
  lastEnd,
  sortedJobs,
} from "../../../lib/http/page/rules/job-list.ts";
import { unreadable } from "../../../lib/jobs/rules/report-job.ts";
import { summarizeJobs } from "../../../lib/jobs/rules/dead-man.ts";

const job = (health: JobHealth, name: string = health): ReportJob => ({
  ...unreadable(name, ""),
  health,
});

test.each([
  ["on-time", "healthy", false],
  ["late", "resting", false],
  ["failing", "resting", false],
  ["paused", "resting", false],
  ["unknown", "stale", true],
  ["too-often", "stale", true],
  ["running-too-long", "stale", true],
  ["failed", "incomplete", true],
  ["missing", "incomplete", true],
  ["lost", "incomplete", true],
  ["unreadable", "incomplete", true],
] as const)("a job that is %s looks %s", (health, look, isBad) => {
  expect(jobLook(job(health))).toBe(look);
  expect(hasBadJob([job("on-time"), job(health)])).toBe(isBad);
});

test("the worst job comes first, and equal ones stay in their order", () => {
  const jobs = [job("on-time", "a"), job("late", "b"), job("running-too-long", "c")];
  const all = [...jobs, job("failed", "d"), job("lost", "e"), job("on-time", "f")];
  expect(sortedJobs(all).map(({ job: name }) => name)).toEqual(["d", "e", "c", "a", "f", "b"]);
});

const headingOf = (...healths: JobHealth[]) =>
  jobsHeading(
    summarizeJobs(
      "/beats",
      healths.map((health) => job(health)),
    ).summary,
  );

describe("the heading", () => {
  test("counts each health that a job has", () => {
    expect(headingOf("failed", "on-time", "on-time")).toBe("3 cron jobs: 2 on-time, 1 failed");
    expect(headingOf("late")).toBe("1 cron job: 1 late");
  });

  test("knows every health", () => {
    for (const health of JobHealth.options) expect(headingOf(health)).toEndWith(`1 ${health}`);
  });
});

test("tells how long a job took beside its usual duration, and when it last ended", () => {
  const ended_at = "2026-01-01T12:00:00.000Z";
  const done = {
    ...job("on-time"),
    last_end: { status: "ok", ended_at, duration_ms: 90_000 } as const,
    usual_duration_ms: 60_000,
    due_at: ended_at,
  };
  expect(durationText(done)).toBe("took 1m 30s, usually 1m");
  expect(lastEnd(done)).toBe(ended_at);
  expect(lastEnd({ ...job("failed"), last_report: ended_at })).toBe(ended_at);
  expect([durationText(job("unreadable")), lastEnd(job("unreadable"))]).toEqual(["", null]);
});

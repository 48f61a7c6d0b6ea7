/** The verdict at the top of the page: that of `scan --check`, in words. */
import { describe, expect, test } from "bun:test";
import type { ReportJob } from "../../../lib/contract/job-report.ts";
import type { Report, ReportCell } from "../../../lib/contract/report.ts";
import { fromReport } from "../../../lib/http/page/rules/merge.ts";
import { titleText, verdictOf } from "../../../lib/http/page/rules/page-verdict.ts";
import { summarizeJobs } from "../../../lib/jobs/rules/dead-man.ts";
import { unreadable } from "../../../lib/jobs/rules/report-job.ts";
import { checkReport } from "../../../lib/scan/rules/check-state.ts";
import { cellOf, reportOf } from "./cells.ts";

const LATE = "heartbeat-old" as const;
const problem = (code: ReportCell["problems"][number]["code"], text = "no beat") => [
  { code, path: "state/heartbeat.json", text },
];
const stale = (n: number) =>
  cellOf(n, { status: "stale", attention: "critical", problems: problem(LATE) });
const stuck = cellOf(2, {
  title: "Rotate the keys",
  owner: "the night shift",
  status: "stale",
  attention: "warning",
  state: "stuck",
  message: "waits for a password",
  problems: problem("stuck", "the agent is stuck"),
});
const job = (health: ReportJob["health"], name: string): ReportJob => ({
  ...unreadable(name, "it failed"),
  health,
});
const withJobs = (...jobs: ReportJob[]): Partial<Report> => ({
  jobs: summarizeJobs("/beats", jobs),
});
const verdict = (report: Report, outdated = "") => verdictOf(fromReport(report), outdated, 4);

describe("the state", () => {
  const suspicion = { cause: "mass-silence", text: "6 of 6 agents fell silent" } as const;
  test.each([
    ["OK", reportOf([cellOf(1)])],
    ["OK", reportOf([cellOf(1)], withJobs(job("late", "backup")))],
    ["WARNING", reportOf([cellOf(1), stuck])],
    ["WARNING", reportOf([cellOf(1)], { jobs_unknown: "its directory vanished" })],
    ["CRITICAL", reportOf([cellOf(1), stale(3), stuck])],
    ["CRITICAL", reportOf([cellOf(1)], withJobs(job("failed", "backup")))],
    ["UNKNOWN", reportOf([stale(1)], { suspicion })],
    ["UNKNOWN", reportOf([])],
  ] as const)("is %s, as that of scan --check", (state, report) => {
    expect(verdict(report).state).toBe(state);
    expect(checkReport(report, 1)).toBe(state);
    expect(titleText(verdict(report)) === "Lazarus Pit").toBe(state === "OK");
  });

  test("is unknown while the data may be out of date, and says why", () => {
    const lost = verdict(reportOf([cellOf(1)]), "the connection is lost");
    expect([lost.state, lost.text]).toEqual(["UNKNOWN", "the connection is lost"]);
    expect(titleText(lost)).toBe("UNKNOWN: the connection is lost – Lazarus Pit");
  });
});

describe("what needs a person", () => {
  test("is counted, and named with its reason and what to do", () => {
    const report = reportOf([cellOf(1), stuck, stale(3)], withJobs(job("failed", "backup")));
    const { text, concerns, more } = verdict(report);
    expect(text).toBe("2 cells and 1 cron job need a person");
    expect(concerns.map(({ name, status }) => `${name} ${status}`)).toEqual([
      "cron job backup failed",
      "Mission 3 stale",
      "Rotate the keys stuck",
    ]);
    expect(concerns[2]?.reason).toBe("the agent is stuck: waits for a password");
    expect(concerns.map(({ owner }) => owner)).toEqual([undefined, undefined, "the night shift"]);
    const commands = concerns[1]?.step?.filter(({ isCommand }) => isCommand);
    expect(commands).toEqual([{ text: "mission ID pause", isCommand: true }]);
    expect(concerns.every(({ step }) => step !== undefined)).toBe(true);
    expect(more).toBe(0);
  });

  test("names four things at most, and counts the others", () => {
    const { concerns, more, text } = verdict(
      reportOf(Array.from({ length: 9 }, (_, n) => stale(n))),
    );
    expect([concerns.length, more, text]).toEqual([4, 5, "9 cells need a person"]);
  });

  test("names the daemon whose rounds have stopped, and this host under a suspicion", () => {
    const down = verdict(reportOf([cellOf(1)], withJobs(job("missing", "lazarus_pit"))));
    expect(down.concerns[0]?.name).toContain("daemon");
    const suspicion = { cause: "mass-silence", text: "they fell silent" } as const;
    const suspect = verdict(reportOf([stale(1)], { suspicion }));
    expect(suspect.concerns.map(({ name }) => name)).toEqual(["this host"]);
    expect(suspect.text).toBe("this host may be at fault, not the agents");
  });
});

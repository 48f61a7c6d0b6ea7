/** Jobs that an operator declares, pauses and retires. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { type JobFacts, judgeJob } from "../../lib/jobs/rules/dead-man.ts";
import type { JobDeclaration } from "../../lib/contract/job-declaration.ts";
import { command, ONE_FORM, run, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";
import { HOUR, SimulatedJob } from "../tools/simulated-job.ts";
import { readRecord, runWrapped } from "../tools/wrapped.ts";

const here = scratch();
let count = 0;
const DAILY: JobDeclaration = { schedule: "30 2 * * 1-5", timezone: "Europe/Berlin", grace: "1h" };

/** A directory of records, and a configuration of an age in seconds that declares these jobs. */
function place(jobs: object, age = 0) {
  const beats = join(here, `beats-${count++}`);
  mkdirSync(beats);
  const config = `${beats}.json`;
  writeFileSync(config, JSON.stringify({ heartbeat_dir: beats, jobs }));
  const then = Date.now() / 1000 - age;
  utimesSync(config, then, then);
  return { beats, config, flag: `--config=${config}` };
}

const judge = (declaredAt: string, now: string, configured = DAILY) =>
  judgeJob(
    {
      job: "x",
      record: { outcome: "absent" },
      runs: [],
      configured,
      declaredAt: Date.parse(declaredAt),
    },
    { now: new Date(now), skewSeconds: 60 },
  );

// Such a record comes from a host with newer time zones, or was edited by hand.
test.each([
  { schedule: "@daily", timezone: "Mars/Olympus" },
  { schedule: "0 0 30 2 *", timezone: "UTC" },
  { schedule: "61 * * * *" },
])("a job with %j, which cannot be used, is not taken for on time", (declared) => {
  const timestamp = "2026-03-27T00:00:00Z";
  const value = { job: "x", status: "ok", timestamp, ...declared } as const;
  const facts = { job: "x", record: { outcome: "read", value }, runs: [] } as const;
  const moment = { now: new Date("2026-03-29T00:00:00Z"), skewSeconds: 60 };
  expect(judgeJob(facts, moment)).toMatchObject({ health: "unknown", due_at: null });
  expect(judge(timestamp, "2026-03-29T00:00:00Z", declared)).toMatchObject({ health: "unknown" });
  const failed = { ...facts, record: { outcome: "read", value: { ...value, status: "fail" } } };
  expect(judgeJob(failed as JobFacts, moment)).toMatchObject({ health: "failed" });
});

describe("a declared job that never ran", () => {
  // 2026-03-27 is a Friday, and the clocks change on the Sunday.
  test.each([
    ["2026-03-27T00:00:00Z", "2026-03-27T01:29:00Z", "on-time"],
    ["2026-03-27T00:00:00Z", "2026-03-27T02:29:00Z", "late"],
    ["2026-03-27T00:00:00Z", "2026-03-27T02:31:00Z", "missing"],
    ["2026-03-27T02:00:00Z", "2026-03-29T22:00:00Z", "on-time"],
    ["2026-03-27T02:00:00Z", "2026-03-30T01:31:00Z", "missing"],
  ])("declared at %s is at %s %s", (declaredAt, now, health) => {
    expect(judge(declaredAt, now)).toMatchObject({
      health: health as "late",
      status: null,
      last_report: null,
      declared: true,
      schedule: DAILY.schedule as string,
      timezone: "Europe/Berlin",
      grace_seconds: 3600,
    });
  });

  test("is due by a period as well, and without either never", () => {
    const [start, later] = ["2026-03-27T00:00:00Z", "2026-03-29T00:00:00Z"];
    expect(judge(start, later, { period: "1d", grace: 60 }).health).toBe("missing");
    expect(judge(start, later, { failures: 2 })).toMatchObject({
      health: "on-time",
      due_at: null,
      text: "it has not run yet, and is due at no time",
    });
  });
});

const ended = (declared: object, status: "ok" | "fail" = "fail") =>
  new SimulatedJob(declared).start("a", 0).end("a", 5, status);

describe("what is declared", () => {
  test("lets some exit codes count as success", () => {
    expect(ended({ ok_codes: [0, 1] }).at(6).health).toBe("on-time");
    expect(ended({ ok_codes: [0, 2] }).at(6).health).toBe("failed");
  });

  test("alarms at the nth failure in a row", () => {
    const failing = ended({ failures: 2 });
    expect(failing.at(6)).toMatchObject({
      health: "failing",
      text: "failed: it ended with 1: 1 of 2 in a row",
    });
    expect(failing.start("b", 10).end("b", 11, "fail").at(12).health).toBe("failed");
  });

  test("limits how long a run may last, and how often it may start", () => {
    const limited = new SimulatedJob({ max_runtime_seconds: 60 }).start("a", 0);
    expect([limited.at(60).health, limited.at(61).health]).toEqual(["on-time", "running-too-long"]);
    const often = new SimulatedJob({ min_interval_seconds: 100 });
    often.start("a", 0).end("a", 1).start("b", 99).end("b", 100);
    expect(often.at(101)).toMatchObject({
      health: "too-often",
      text: "its last run started 1m 39s after the one before, not 1m 40s; ok 1s ago",
    });
    expect(often.start("c", 199).end("c", 200).at(201).health).toBe("on-time");
  });
});

test("a pause hides an alarm until it ends, and the job is due again from then on", () => {
  const job = new SimulatedJob().start("a", 0).end("a", 1);
  job.pausedUntil = 10 * HOUR;
  expect(job.at(5 * HOUR)).toMatchObject({
    health: "paused",
    paused_until: "2026-03-01T22:00:00.000Z",
    text: expect.stringMatching(/^paused until 2026-03-01T22:00:00.000Z; missing: overdue by /),
  });
  expect(job.at(10.5 * HOUR).health).toBe("on-time");
  expect(job.at(11.5 * HOUR).health).toBe("missing");
});

describe.each(ONE_FORM)("declared jobs (%s)", (form) => {
  const scan = (flag: string, ...more: string[]) =>
    run([...command(form, "scan"), "--jobs", flag, ...more]);
  const jobs = (...args: string[]) => run([...command(form, "lazarus-pit"), "jobs", ...args]);

  test.concurrent("are missing from their first due time on", async () => {
    const fresh = place({ nightly: { period: "1d", grace: "1h" } });
    expect(await scan(fresh.flag, "--check")).toMatchObject({ code: 0 });
    const old = place({ nightly: { period: "1d", grace: "1h" } }, 90_001);
    const told = await scan(old.flag, "--check");
    expect(told.code).toBe(2);
    expect(told.stdout).toStartWith("JOBS CRITICAL - 1 missing; job nightly: it never ran, and is");
  });

  test.concurrent("count as their configuration says, whatever the wrapper said", async () => {
    const { beats, flag } = place({ sync: { period: "1s", grace: "0", ok_codes: [0, 24] } });
    const args = [flag, "--job=sync", "--period=1d", "--ok-codes=7", "--", "sh", "-c", "exit 24"];
    expect((await runWrapped(form, args)).code).toBe(24);
    expect(readRecord(beats, "sync")).toMatchObject({
      status: "ok",
      exit_code: 24,
      interval_seconds: 86_400,
      ok_codes: [7],
    });
    const { stdout } = await scan(flag, "--json");
    expect(JSON.parse(stdout).jobs[0]).toMatchObject({ interval_seconds: 1, declared: true });
  });

  test.concurrent.each([
    [{ x: { schedul: "@daily" } }, "jobs.x.schedul: there is no such setting"],
    [{ x: { schedule: "61 * * * *" } }, 'jobs.x: Expected a cron schedule such as "30 2 * * 1-5"'],
    [{ x: { schedule: "@daily", period: "1d" } }, "jobs.x: Expected a schedule or a period"],
    [{ x: { timezone: "UTC" } }, "jobs.x: Expected a schedule for the time zone"],
    [{ x: { period: "often" } }, "jobs.x.period: Expected seconds, or a duration"],
    [{ x: { ok_codes: [256] } }, "jobs.x.ok_codes.0: Expected exit codes, 0 to 255"],
    [{ "../x": {} }, "Expected a name of letters, digits, dot"],
  ])("%p is refused with 78", async (declared, why) => {
    const { flag } = place(declared);
    const said = await refused(form, "scan", ["--jobs", flag]);
    expect(said).toMatchObject({ code: 78, message: expect.stringContaining(why) });
  });

  test.concurrent.each([
    [["--schedule=30 2 * *"], '"30 2 * *" for --schedule: Expected a cron schedule'],
    [["--schedule=@daily", "--timezone=Mars/X"], '"Mars/X" for --timezone: Expected a time zone'],
    [["--schedule=@daily", "--period=1d"], "--schedule together with --period"],
    [["--timezone=UTC"], "--timezone without --schedule"],
    [["--ok-codes=0,x"], "for --ok-codes: Expected exit codes"],
    [["--failures=0"], "for --failures: Expected a whole number"],
  ])("the flags %p are refused with 64, and nothing starts", async (flags, why) => {
    const { beats, flag } = place({});
    const args = [flag, "--job=x", ...flags, "--", "touch", join(beats, "ran")];
    const said = await runWrapped(form, args);
    expect(said).toMatchObject({ code: 64, stderr: expect.stringContaining(why) });
    expect(readdirSync(beats)).toEqual([]);
  });

  test.concurrent("a schedule at the wrapper is kept, and shown with the next time", async () => {
    const { beats, flag } = place({});
    const flags = ["--job=x", "--schedule=0 0 1 1 *", "--timezone=UTC", "--failures=3"];
    await runWrapped(form, [flag, ...flags, "--max-runtime=2h", "--", "true"]);
    expect(readRecord(beats, "x")).toMatchObject({
      schedule: "0 0 1 1 *",
      timezone: "UTC",
      failures: 3,
      max_runtime_seconds: 7200,
    });
    expect((await scan(flag)).stdout).toMatch(/^x +on-time +\d+[sm] +0 0 1 1 \* +in \d+[dh]$/m);
  });

  test.concurrent("a job is paused, resumed and retired by hand", async () => {
    const { beats, flag } = place({ kept: { period: "1d" } });
    const reports = ["--job=old", "--status=fail", flag];
    await run([...command(form, "heartbeat"), ...reports]);
    expect(await scan(flag, "--check")).toMatchObject({ code: 2 });
    expect((await jobs("pause", "old", "--until=5h", flag)).stdout).toStartWith(
      'Paused "old" until',
    );
    expect(await scan(flag, "--check")).toMatchObject({ code: 0 });
    await run([...command(form, "heartbeat"), ...reports]);
    expect((await scan(flag, "--check")).stdout).toStartWith("JOBS OK - 1 on-time, 1 paused");
    expect((await jobs(flag)).stdout).toContain("paused until ");
    expect((await jobs("resume", "old", flag)).stdout).toBe('Resumed "old"\n');
    expect(await scan(flag, "--check")).toMatchObject({ code: 2 });
    for (const name of ["old.output", "old.output-7", "older.output"])
      writeFileSync(join(beats, name), "");
    expect((await jobs("retire", "old", flag)).stdout).toBe(
      'Retired "old": its record is old.retired now\n',
    );
    expect(readdirSync(beats).toSorted()).toEqual(["old.retired", "older.output"]);
    expect(await scan(flag, "--check")).toMatchObject({ code: 0 });
    expect(await jobs("retire", "kept", flag)).toMatchObject({ code: 65 });
    expect(await jobs("retire", "old", flag)).toMatchObject({
      code: 66,
      stderr: expect.stringContaining(
        `see the jobs with: lazarus-pit jobs --heartbeat-dir ${beats}\n`,
      ),
    });
    await run([...command(form, "heartbeat"), ...reports]);
    expect(await scan(flag, "--check")).toMatchObject({ code: 2 });
  });

  test.concurrent.each([
    ["that would never end", { until: "9999-01-01T00:00:00Z" }],
    ["of another job", { job: "y" }],
    ["without an end", { until: undefined }],
  ])("a pause %s silences nothing", async (_, more) => {
    const { beats, flag } = place({});
    await run([...command(form, "heartbeat"), "--job=x", "--status=fail", flag]);
    const [since, until] = [Date.now(), Date.now() + 3_600_000].map((each) => new Date(each));
    const pause = { schema_version: 1, job: "x", since, until };
    writeFileSync(join(beats, "x.pause"), JSON.stringify(pause));
    expect(await scan(flag, "--check")).toMatchObject({ code: 0 });
    writeFileSync(join(beats, "x.pause"), JSON.stringify({ ...pause, ...more }));
    expect(await scan(flag, "--check")).toMatchObject({ code: 2 });
  });

  test.concurrent.each([
    [["fly", "x"], '"fly" as a step'],
    [["pause", "x"], "Missing flag: --until"],
    [["pause", "--until=5h"], "Missing job"],
    [["pause", "x", "--until=400d"], "within 366 days"],
    [["retire", "x", "--until=5h"], "--until with retire"],
    [["list", "x"], "a job with list"],
  ])("jobs %p is refused with 64", async (args, why) => {
    const { beats, flag } = place({});
    const said = await jobs(...args, flag);
    expect(said).toMatchObject({ code: 64, stderr: expect.stringContaining(why) });
    expect(existsSync(beats) && readdirSync(beats)).toEqual([]);
    expect(readFileSync(`${beats}.json`, "utf8")).toContain(beats);
  });
});

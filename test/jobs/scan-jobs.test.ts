import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { bootId, hostName } from "../../lib/host/host.ts";
import { processFacts } from "../../lib/host/process.ts";
import { JobsReport } from "../../lib/contract/job-report.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { eventually } from "../tools/background.ts";
import { lacking } from "../tools/needs.ts";
import { asUser, CAN_BECOME_OTHERS, NOBODY, succeeds } from "../tools/privileges.ts";
import { command, ONE_FORM, MEMORY, run, scratch } from "../tools/program.ts";
import { endpoints } from "../tools/served.ts";
import { eventuallyIs, readRecord, runWrapped, startRun } from "../tools/wrapped.ts";

const here = scratch();
let count = 0;
const start = endpoints();

/** A heartbeat directory with these files. */
function beatsWith(files: Readonly<Record<string, object | string>>): string {
  const beats = join(here, `beats-${count++}`);
  mkdirSync(beats);
  for (const [name, value] of Object.entries(files))
    writeFileSync(join(beats, name), typeof value === "string" ? value : JSON.stringify(value));
  return beats;
}
const record = (job: string, more: object = {}, age = 1) => ({
  job,
  status: "ok",
  timestamp: new Date(Date.now() - 1000 * age).toISOString(),
  ...more,
});
/** No job may have this name, but a file can. */
const BAD_NAME = "bad name|\u001b[31m\n";
const BAD = {
  "fine.last": record("fine"),
  "gone.last": record("gone", { interval_seconds: 60 }, 219_600),
  "broken.last": "{",
  [`${BAD_NAME}.last`]: "",
  ".hidden.last": "",
  "x.lock": "",
};

describe.each(ONE_FORM)("scan --jobs (%s)", (form) => {
  const scan = (beats: string, ...flags: string[]) =>
    run([...command(form, "scan"), "--root=/nowhere", `--heartbeat-dir=${beats}`, ...flags]);
  const jobsOf = async (beats: string) =>
    v.parse(JobsReport, JSON.parse((await scan(beats, "--jobs", "--json")).stdout));

  test.concurrent("shows every job, worst first, and needs no root", async () => {
    const { code, stdout, stderr } = await scan(beatsWith(BAD), "--jobs");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    // How long the machine takes is its own affair.
    expect(stdout.replace(/on-time +\d+[sm] +/, "on-time     1s    "))
      .toBe(`JOB                       HEALTH      LAST  EVERY  DUE
bad name|\\u{1b}[31m\\u{a}  unreadable  -     -      -
    its record is malformed: its name is not a valid job name
    next: let this account read its record, or fix or remove it
broken                    unreadable  -     -      -
    its record is malformed: it ends before its last bracket: it was cut off
gone                      missing     2d    1m     2d ago
    overdue by 2d 12h, more than its grace of 1m
    next: see whether cron or its timer still starts it
fine                      on-time     1s    -      -

4 jobs: 1 on-time, 1 missing, 2 unreadable
`);
  });

  test.concurrent("tells each next step of jobs that share a health", async () => {
    const beats = beatsWith({ "ahead.last": record("ahead", {}, -9999), "broken.last": "{" });
    const { stdout } = await scan(beats, "--jobs");
    expect(stdout).toContain("next: correct the clock of this host");
    expect(stdout).toContain("next: let this account read its record, or fix or remove it");
  });

  test.concurrent("prints them as JSON", async () => {
    const beats = beatsWith(BAD);
    const report = await jobsOf(beats);
    expect(report).toMatchObject({ heartbeat_dir: beats, summary: { total: 4, missing: 1 } });
    expect(report.jobs.map(({ job, health }) => [job, health])).toEqual([
      [BAD_NAME, "unreadable"],
      ["broken", "unreadable"],
      ["fine", "on-time"],
      ["gone", "missing"],
    ]);
  });

  test.concurrent.skipIf(!existsSync(MEMORY))(
    "tells of the others where one file's own time is none",
    async () => {
      const beats = mkdtempSync(join(MEMORY, "lazarus-pit-test-"));
      try {
        writeFileSync(join(beats, "fine.last"), JSON.stringify(record("fine")));
        for (const seconds of ["9000000000000", "300000000000", "-300000000000"])
          await run(["touch", "-d", `@${seconds}`, join(beats, `far${seconds}.last`)]);
        const { jobs } = await jobsOf(beats);
        expect(jobs.map(({ health }) => health)).toEqual([
          ...Array.from({ length: 3 }, () => "unreadable" as const),
          "on-time",
        ]);
        const checked = await scan(beats, "--jobs", "--check");
        expect(checked).toMatchObject({ code: 2, stderr: "" });
      } finally {
        rmSync(beats, { recursive: true });
      }
    },
  );

  test.concurrent("says so when there are none, also where there is no directory", async () => {
    const none = { code: 0, stderr: "" };
    expect(await scan(beatsWith({}), "--jobs")).toMatchObject(none);
    expect(await scan("/nowhere", "--jobs")).toEqual({ ...none, stdout: "No jobs in /nowhere\n" });
  });

  test.concurrent.each([
    ["no jobs", {}, 3, "JOBS UNKNOWN - no jobs; /"],
    [
      "the toolkit's own record alone",
      { "lazarus_pit.last": record("lazarus_pit") },
      3,
      "JOBS UNKNOWN - 1 on-time; /",
    ],
    ["good jobs", { "fine.last": record("fine") }, 0, "JOBS OK - 1 on-time | "],
    [
      "bad jobs",
      BAD,
      2,
      "JOBS CRITICAL - 1 on-time, 1 missing, 2 unreadable; job bad name/\\u{1b}[31m\\u{a}: its record",
    ],
  ])("answers a monitor with --check, of %s", async (_, files, code, line) => {
    const ended = await scan(beatsWith(files), "--jobs", "--check");
    expect(ended).toMatchObject({ code, stderr: "" });
    expect(ended.stdout).toStartWith(line);
    expect(ended.stdout).toMatch(/ \| jobs_total=\d+ jobs_on_time=\d+ [a-z_=\d ]+\n$/);
  });

  test.concurrent(
    "knows nothing of fewer jobs than --min-jobs, or without a directory",
    async () => {
      const one = beatsWith({ "fine.last": record("fine") });
      const told = async (beats: string, ...more: string[]) => {
        const { code, stdout } = await scan(beats, "--jobs", "--check", ...more);
        return [code, stdout.split(" | ")[0]];
      };
      expect(await told(one, "--min-jobs=1")).toEqual([0, "JOBS OK - 1 on-time"]);
      expect(await told(one, "--min-jobs=2")).toEqual([
        3,
        `JOBS UNKNOWN - 1 on-time; ${one} holds the record of 1 job, at least 2 expected`,
      ]);
      expect(await told("/nowhere")).toEqual([
        3,
        "JOBS UNKNOWN - no jobs; /nowhere does not exist, at least 1 expected",
      ]);
      expect(await told("/nowhere", "--min-jobs=0")).toEqual([0, "JOBS OK - no jobs"]);
      expect(await told(beatsWith(BAD), "--min-jobs=9")).toEqual([2, expect.any(String)]);
      expect(await scan(one, "--jobs", "--min-jobs=1")).toMatchObject({ code: 64 });
    },
  );

  test.concurrent("prints metrics of the jobs alone", async () => {
    const runs = [{ run_id: "a", started_at: record("x").timestamp }];
    const more = {
      interval_seconds: 60,
      runs,
      durations_ms: [600_000, 1_000_000],
      last_end: undefined,
    };
    const { code, stdout } = await scan(
      beatsWith({ "fine.last": record("fine", more) }),
      "--jobs",
      "--prometheus",
    );
    expect(code).toBe(0);
    expect(stdout).not.toContain("mission_cell");
    expect(stdout).toContain('lazarus_pit_job_status{job_name="fine",status="on-time"} 1\n');
    expect(stdout).toContain('lazarus_pit_job_runs_in_progress{job_name="fine"} 1\n');
    expect(stdout).toContain('lazarus_pit_job_usual_duration_seconds{job_name="fine"} 800\n');
    const [, due = ""] = /next_due_timestamp_seconds\{job_name="fine"\} (\S+)\n/.exec(stdout) ?? [];
    expect(Math.abs(Number(due) - Date.now() / 1000 - 59)).toBeLessThan(60);
  });

  test.concurrent.each(["--ndjson", "--status=stale", "--write-heartbeat", idOf(1)])(
    "refuses %s beside it",
    async (flag) => {
      expect(await scan(beatsWith({}), "--jobs", flag)).toMatchObject({ code: 64, stdout: "" });
    },
  );

  test.concurrent("calls a run lost whose process was killed with its wrapper", async () => {
    const beats = join(here, `beats-${count++}`);
    const child = startRun(form, [`--heartbeat-dir=${beats}`, "--job=x", "--", "sleep", "600"]);
    const { pid = 0 } = await eventuallyIs(
      () => readRecord(beats, "x"),
      () => true,
    );
    expect((await jobsOf(beats)).jobs[0]).toMatchObject({ health: "on-time", status: "running" });
    child.kill("SIGKILL");
    await child.exited;
    expect((await jobsOf(beats)).jobs[0]).toMatchObject({ health: "on-time", status: "running" });
    process.kill(pid, "SIGKILL");
    await eventually(async () =>
      (await jobsOf(beats)).jobs[0]?.health === "lost" ? true : undefined,
    );
  });

  test.concurrent(
    "measures a run by the kernel's clock, not by the difference of two times",
    async () => {
      const beats = join(here, `beats-${count++}`);
      const flags = [`--heartbeat-dir=${beats}`, "--job=x", "--period=1h", "--grace=1m"];
      const child = startRun(form, [...flags, "--", "sleep", "600"]);
      const written = await eventuallyIs(
        () => readRecord(beats, "x"),
        () => true,
      );
      // As on a host that booted five hours behind, and set its clock while the job was running.
      const before = new Date(Date.now() - 5 * 3_600_000).toISOString();
      const times = { timestamp: before, started_at: before };
      const runs = written.runs?.map((each) => ({ ...each, started_at: before }));
      writeFileSync(join(beats, "x.last"), JSON.stringify({ ...written, ...times, runs }));
      const [job] = (await jobsOf(beats)).jobs;
      child.kill("SIGTERM");
      await child.exited;
      expect(job).toMatchObject({ health: "on-time", status: "running" });
      expect(job?.runs[0]?.age_seconds).toBeLessThan(3600);
      expect(Date.now() - Date.parse(job?.last_report ?? "")).toBeLessThan(3_600_000);
    },
  );

  const apart = ["unshare", "-p", "-f", "--mount-proc"];
  test.concurrent.skipIf(!succeeds([...apart, "true"]))(
    "does not call a living job lost in another PID namespace",
    async () => {
      const beats = join(here, `beats-${count++}`);
      const child = startRun(form, [`--heartbeat-dir=${beats}`, "--job=x", "--", "sleep", "600"]);
      const { pid_namespace } = await eventuallyIs(
        () => readRecord(beats, "x"),
        () => true,
      );
      expect(pid_namespace).toMatch(/^pid:\[\d+\]$/);
      const look = [...command(form, "scan"), "--jobs", "--json", `--heartbeat-dir=${beats}`];
      const report = v.parse(JobsReport, JSON.parse((await run([...apart, ...look])).stdout));
      expect(report.jobs[0]).toMatchObject({ health: "on-time", status: "running" });
      child.kill("SIGTERM");
      await child.exited;
    },
  );

  test.concurrent(
    "a skipped run clears no failure, and does not count as a new report",
    async () => {
      const beats = join(here, `beats-${count++}`);
      const flags = [`--heartbeat-dir=${beats}`, "--job=x", "--lock=skip"];
      const child = startRun(form, [...flags, "--", "sleep", "600"]);
      await eventuallyIs(
        () => readRecord(beats, "x"),
        () => true,
      );
      const last = join(beats, "x.last");
      const skip = async () =>
        expect((await runWrapped(form, [...flags, "--", "echo", "ran"])).stdout).toBe("");
      const failed = record("x", { status: "fail" }, 900);
      writeFileSync(last, JSON.stringify(failed));
      await skip();
      await skip();
      const { skipped, ...kept } = readRecord(beats, "x");
      expect(kept).toMatchObject({ ...failed, last_end: { status: "fail" } });
      expect(skipped).toEqual({ count: 2, since: expect.any(String) });
      expect((await jobsOf(beats)).jobs[0]?.text).toMatch(
        /^failed; .*2 runs skipped in the last \d+s$/,
      );
      writeFileSync(last, "{");
      await skip();
      expect(readFileSync(last, "utf8")).toBe("{");
      rmSync(last);
      await skip();
      expect(readRecord(beats, "x").status).toBe("skipped");
      child.kill("SIGKILL");
      await child.exited;
    },
  );

  test.concurrent.each([
    ["of another PID namespace", { pid_start: 1, pid_namespace: "pid:[1]" }, "on-time"],
    ["whose number is none", { pid: 0 }, "lost"],
    ["whose number is too large for one", { pid: 2 ** 40 }, "lost"],
    ["of another boot", { boot_id: "another" }, "lost"],
    ["of another host", { host: "another", pid_start: 1 }, "on-time"],
    ["whose number another process has now", { pid_start: 1 }, "lost"],
    ["that does not say when it started", { pid_start: undefined }, "on-time"],
    ["that lives", {}, "on-time"],
  ])("judges a run %s", async (_, more, health) => {
    const { start: pid_start = 0 } = processFacts(process.pid) ?? {};
    const us = { host: hostName(), boot_id: bootId(), pid: process.pid, pid_start };
    const beats = beatsWith({ "x.last": record("x", { status: "running", ...us, ...more }) });
    expect((await jobsOf(beats)).jobs[0]?.health).toBe(health as "lost");
  });

  test.concurrent("shows what heartbeat run recorded", async () => {
    const beats = join(here, `beats-${count++}`);
    await runWrapped(form, [`--heartbeat-dir=${beats}`, "--job=x", "--", "sh", "-c", "exit 3"]);
    const [job] = (await jobsOf(beats)).jobs;
    expect(job).toMatchObject({ health: "failed", text: "failed: it ended with 3", exit_code: 3 });
  });
});

/** A root with a healthy cell. */
function healthy(): string {
  const root = join(here, `root-${count++}`);
  writeCell(root, idOf(1));
  return root;
}

/** An observer: neither root nor the writer of the records, but a member of the directory's group. */
const OBSERVER = 65_500;

test.skipIf(!CAN_BECOME_OTHERS)(
  "a setgid directory, as it is shipped, lets its group read everyone's records",
  async () => {
    const shipped = join(import.meta.dir, "../../config/systemd/tmpfiles.d/lazarus-pit.conf");
    const mode = /^d \S+\/heartbeats (\d+) /m.exec(readFileSync(shipped, "utf8"))?.[1] ?? "";
    const beats = beatsWith({});
    chmodSync(here, 0o755);
    chownSync(beats, OBSERVER - 1, OBSERVER);
    chmodSync(beats, Number.parseInt(mode, 8));
    const flag = `--heartbeat-dir=${beats}`;
    const wrap = [...command("executable", "heartbeat"), "run", flag];
    for (const [job, prefix] of Object.entries({ theirs: asUser(NOBODY, OBSERVER), roots: [] }))
      expect(await run([...prefix, ...wrap, `--job=${job}`, "--", "true"])).toMatchObject({
        code: 0,
        stderr: "",
      });
    const look = [...command("executable", "scan"), "--jobs", "--check", flag];
    const seen = await run([...asUser(OBSERVER + 1, OBSERVER), ...look]);
    expect(seen).toMatchObject({ code: 0, stdout: expect.stringContaining("2 on-time") });
    const others = await run([...asUser(OBSERVER + 1), ...look]);
    expect(others.stdout).toContain("Cannot list the jobs");
  },
);

describe.each(ONE_FORM)("scan --check (%s)", (form) => {
  const check = (root: string, beats: string, prefix: string[] = []) =>
    run([
      ...prefix,
      ...command(form, "scan"),
      `--root=${root}`,
      `--heartbeat-dir=${beats}`,
      "--check",
    ]);
  test.concurrent("includes the jobs", async () => {
    const ended = await check(healthy(), beatsWith(BAD));
    expect(ended).toMatchObject({ code: 2, stderr: "" });
    expect(ended.stdout).toStartWith(
      "MISSIONS CRITICAL - 1 healthy, 0 stale, 0 incomplete, 0 unini",
    );
    expect(ended.stdout).toContain("; jobs: 1 on-time, 1 missing, 2 unreadable; job bad name/");
    expect(ended.stdout).toContain(" jobs_total=4 ");
  });

  test.concurrent("says nothing of jobs where there are none", async () => {
    const ended = await check(healthy(), beatsWith({}));
    expect(ended.code).toBe(0);
    expect(ended.stdout).not.toContain("job");
  });

  const lack = lacking("root", "setpriv");
  test.skipIf(lack !== "")(`is unknown where the jobs cannot be listed${lack}`, async () => {
    const beats = join(here, "closed");
    mkdirSync(beats, { recursive: true, mode: 0o700 });
    const prefix = asUser(NOBODY);
    await run(["chmod", "755", here]);
    const ended = await check(healthy(), beats, prefix);
    expect(ended).toMatchObject({
      code: 3,
      stdout: expect.stringContaining("MISSIONS UNKNOWN - Cannot list the jobs in"),
    });
  });
});

test("/v1/jobs and /v1/report show the jobs of the last scan, and /health counts them", async () => {
  const root = join(here, `root-${count++}`);
  writeCell(root, idOf(1));
  const beats = beatsWith(BAD);
  const endpoint = await start(
    "--listen=127.0.0.1:0",
    `--root=${root}`,
    `--heartbeat-dir=${beats}`,
  );
  await eventually(async () => ((await endpoint.fetch("/readyz")).ok ? true : undefined));
  const answered = v.parse(JobsReport, await (await endpoint.fetch("/v1/jobs")).json());
  expect(answered.summary).toMatchObject({ total: 4, missing: 1, unreadable: 2 });
  expect(await (await endpoint.fetch("/v1/report")).json()).toMatchObject({
    jobs: { summary: { total: 4 } },
  });
  expect(await (await endpoint.fetch("/health")).json()).toMatchObject({
    status: "warn",
    ok: true,
  });
});

/** The verdicts on a job after several of its runs. */
import { describe, expect, test } from "bun:test";
import type { JobRecord } from "../../lib/contract/job.ts";
import { isGoodEnd } from "../../lib/jobs/rules/declaration.ts";
import { begunRuns } from "../../lib/jobs/rules/job-history.ts";
import { HOUR, SimulatedJob, when } from "../tools/simulated-job.ts";

const job = () => new SimulatedJob();

describe("a failure", () => {
  test("stays while the job runs again, until a run has ended well", () => {
    const crashing = job().start("a", 0).end("a", 5, "fail").start("b", 10);
    expect(crashing.at(12)).toMatchObject({
      health: "failed",
      status: "running",
      text: "failed: it ended with 1; running for 2s",
      failures_in_a_row: 1,
      last_end: { status: "fail", exit_code: 1, run_id: "a" },
    });
    crashing.end("b", 15, "timeout").start("c", 20);
    expect(crashing.at(21)).toMatchObject({
      health: "failed",
      text: "took too long: it ended with 1, 2 in a row; running for 1s",
    });
    expect(crashing.end("c", 25).at(26)).toMatchObject({ health: "on-time", failures_in_a_row: 0 });
  });

  test("of a record by an older version stays as well", () => {
    const old = job();
    old.record = {
      job: "x",
      status: "fail",
      timestamp: when(0).toISOString(),
      exit_code: 3,
    };
    expect(old.start("a", 5).at(6)).toMatchObject({
      health: "failed",
      text: "failed: it ended with 3; running for 1s",
    });
  });

  test("reported by heartbeat --job stays until a good report", () => {
    const reported = job().report("fail", 0).report("running", 5);
    expect(reported.at(6).health).toBe("failed");
    expect(reported.report("skipped", 7).at(8).health).toBe("failed");
    expect(reported.report("ok", 9).at(10)).toMatchObject({ health: "on-time", runs: [] });
  });
});

describe("a run whose process is gone", () => {
  test("is lost, whichever run came after it, until a run that began later has ended well", () => {
    const overlapping = job().start("a", 0).start("b", 10).kill("a");
    expect(overlapping.at(11)).toMatchObject({ health: "lost", runs: [{}, {}] });
    expect(overlapping.end("b", 20).at(21).health).toBe("lost");
    expect(overlapping.start("c", 30).at(31)).toMatchObject({
      health: "lost",
      last_end: { status: "lost", run_id: "a" },
      runs: [{ run_id: "c" }],
    });
    expect(overlapping.end("c", 40).at(41)).toMatchObject({ health: "on-time", runs: [] });
  });

  test("is an alarm only at the declared number of failures in a row", () => {
    const flaky = new SimulatedJob({ interval_seconds: HOUR, failures: 2 });
    const once = flaky.start("a", 0).kill("a");
    expect(once.at(1)).toMatchObject({
      health: "failing",
      text: "it was running, and its process is gone: 1 of 2 in a row",
    });
    const twice = once.start("b", 10).kill("b");
    expect(twice.at(11)).toMatchObject({
      health: "lost",
      text: expect.stringContaining("it was running, and its process is gone, 2 in a row"),
    });
  });

  test("counts among the failures in a row", () => {
    const dying = job().start("a", 0).kill("a").start("b", 10).kill("b").start("c", 20);
    expect(dying.at(21)).toMatchObject({ health: "lost", failures_in_a_row: 2 });
  });
});

test("a skipped run does not renew the time of the last report", () => {
  const skipping = job().start("a", 0).end("a", 5).skip(HOUR);
  expect(skipping.at(HOUR + 120)).toMatchObject({ health: "missing", status: "ok" });
});

test("a signal is a failure, whatever exit codes count as success", () => {
  const end = { exit_code: 143, signal: "SIGTERM", status: "fail" } as const;
  expect(isGoodEnd(end, { ok_codes: [143] })).toBe(false);
  expect(isGoodEnd({ exit_code: 143, status: "fail" }, { ok_codes: [143] })).toBe(true);
});

describe("a run that hangs", () => {
  test("is reported with what its time limit could not end, until it has ended", () => {
    const hung = job().start("a", 0).start("b", 1).message("a", "Cannot end the process 7");
    const text = "running for 5s: Cannot end the process 7; running for 4s";
    expect(hung.at(5)).toMatchObject({ health: "running-too-long", text });
    expect(hung.end("a", 6).at(7)).toMatchObject({ health: "on-time", text: "running for 6s" });
  });

  test("is reported despite later good ones", () => {
    const hung = job()
      .start("a", 0)
      .start("b", HOUR)
      .end("b", HOUR + 5);
    expect(hung.at(HOUR + 10).health).toBe("on-time");
    const late = hung
      .start("c", 2 * HOUR)
      .end("c", 2 * HOUR + 5)
      .at(2 * HOUR + 10);
    expect(late).toMatchObject({
      health: "running-too-long",
      text: "it has been running for 2h 10s; ok 5s ago",
      runs: [{ run_id: "a", process: "alive", age_seconds: 2 * HOUR + 10 }],
    });
  });

  test("says for how long later runs have been skipped", () => {
    const hung = job().start("a", 0).skip(100).skip(200);
    expect(hung.at(300)).toMatchObject({
      health: "on-time",
      status: "running",
      text: "running for 5m; 2 runs skipped in the last 3m 20s",
      skipped: { count: 2 },
    });
    expect(hung.end("a", 400).start("b", 500).at(501).skipped).toBeNull();
  });
});

/** A job whose last run began at 1000 on another host; `durations` are the seconds of earlier runs. */
const unseen = (...durations: number[]) => {
  const seen = job();
  for (const [at, seconds] of durations.entries())
    seen.start(`${at}`, at * 100).end(`${at}`, at * 100 + seconds);
  seen.unseen.add("far");
  return seen.start("far", 1000);
};

describe("a run that cannot be seen", () => {
  test("is on time for as long as its runs usually take, then unknown, then lost", () => {
    const far = unseen(20, 10, 5);
    expect(far.at(1020)).toMatchObject({ health: "on-time", usual_duration_ms: 10_000 });
    expect(far.at(1022).health).toBe("on-time");
    expect(far.at(1023)).toMatchObject({
      health: "unknown",
      text: "running for 23s, or gone: its process cannot be seen from here",
    });
    expect(far.at(1000 + HOUR + 60).health).toBe("unknown");
    expect(far.at(1000 + HOUR + 61).health).toBe("lost");
  });

  test("is unknown after an hour if no run has ended yet", () => {
    const far = unseen();
    far.record = { ...far.record, interval_seconds: 86_400 } as JobRecord;
    expect(far.at(1000 + HOUR).health).toBe("on-time");
    expect(far.at(1001 + HOUR).health).toBe("unknown");
  });

  test("is unknown after its time limit", () => {
    const far = unseen(20);
    const runs = begunRuns(far.record as JobRecord).map((run) => ({ ...run, timeout_seconds: 5 }));
    far.record = { ...far.record, runs } as JobRecord;
    expect(far.at(1006).health).toBe("unknown");
  });

  test("that began twice by heartbeat --job, and never ended, does not count as good forever", () => {
    const looping = job();
    for (const hour of [0, 1, 2, 3]) looping.report("running", hour * HOUR);
    expect(looping.at(3 * HOUR + 1).health).toBe("unknown");
    expect(looping.report("ok", 3 * HOUR + 2).at(3 * HOUR + 3).health).toBe("on-time");
  });
});

test("a record holds at most 16 runs, and counts those that it dropped", () => {
  const many = job();
  for (let run = 0; run < 20; run++) many.start(`${run}`, run);
  expect(many.record).toMatchObject({ runs_dropped: 4 });
  expect(many.record?.runs?.map(({ run_id }) => run_id)).toEqual(
    Array.from({ length: 16 }, (_, at) => `${at + 4}`),
  );
  for (let run = 0; run < 20; run++) many.end(`${run}`, 100 + run);
  expect(many.record).toMatchObject({ runs: [], durations_ms: { length: 20 } });
});

/** Properties of verdicts over generated histories of runs. */
import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { jobSeverity } from "../../lib/jobs/rules/job-severity.ts";
import { HOUR, SimulatedJob } from "../tools/simulated-job.ts";

const RUNS = 10_000;
const NAMES = ["a", "b", "c", "d"] as const;

/** Something that happens to a job, and how many seconds after the one before. */
const anyEvent = fc.record({
  what: fc.constantFrom("start", "ok", "fail", "timeout", "kill", "skip", "hide"),
  run: fc.constantFrom(...NAMES),
  after: fc.integer({ min: 0, max: 2 * HOUR }),
});

/** Replays events that can happen: a run begins once, and ends or is killed only while it runs. */
function replay(events: readonly (typeof anyEvent extends fc.Arbitrary<infer T> ? T : never)[]) {
  const job = new SimulatedJob();
  const running = new Map<string, string>();
  let [now, isLastBad, count] = [0, false, 0];
  for (const { what, run, after } of events) {
    now += after;
    const name = running.get(run);
    if (what === "start" && name === undefined) {
      running.set(run, `${run}${count++}`);
      job.start(running.get(run) ?? "", now);
    } else if (what === "skip") job.skip(now);
    else if (what === "hide" && name !== undefined) job.unseen.add(name);
    else if (what === "kill" && name !== undefined) {
      job.kill(name);
      running.delete(run);
    } else if ((what === "ok" || what === "fail" || what === "timeout") && name !== undefined) {
      job.end(name, now, what);
      isLastBad = what !== "ok";
      running.delete(run);
    }
  }
  return { job, now, isLastBad };
}

test("is never OK while the last run that ended did so badly", () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 14 }), fc.nat(HOUR), (events, later) => {
      const { job, now, isLastBad } = replay(events);
      fc.pre(job.record !== undefined);
      const verdict = job.at(now + later);
      if (isLastBad) expect(jobSeverity(verdict)).not.toBe("OK");
      // A killed run that no later run has made up for is reported as well.
      const killed = verdict.runs.some(({ process }) => process === "gone");
      if (killed) expect(jobSeverity(verdict)).toBe("CRITICAL");
    }),
    { numRuns: RUNS },
  );
});

/** The seconds by which a run is late, and how long it takes, within what is declared. */
const goodRun = fc.record({
  late: fc.nat(60),
  takes: fc.nat(HOUR / 2),
  isSkippedBeside: fc.boolean(),
});

test.each([
  ["an interval", { interval_seconds: HOUR, grace_seconds: 60 }],
  ["a schedule", { schedule: "0 * * * *", timezone: "UTC", grace_seconds: 60 }],
])("is never an alarm while every run begins in time, and ends well, by %s", (_, declared) => {
  fc.assert(
    fc.property(fc.array(goodRun, { minLength: 1, maxLength: 6 }), fc.nat(99), (runs, percent) => {
      const job = new SimulatedJob(declared);
      for (const [hour, { late, takes, isSkippedBeside }] of runs.entries()) {
        const start = hour * HOUR + late;
        job.start(`${hour}`, start);
        const during = job.at(start + (takes * percent) / 100);
        expect(jobSeverity(during)).toBe("OK");
        if (isSkippedBeside) job.skip(start);
        job.end(`${hour}`, start + takes);
        const untilNext = (hour + 1) * HOUR - (start + takes);
        const after = job.at(start + takes + (untilNext * percent) / 100);
        expect(jobSeverity(after)).toBe("OK");
      }
    }),
    { numRuns: RUNS },
  );
});

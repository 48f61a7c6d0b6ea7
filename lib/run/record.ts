/**
 * Writes the record of a wrapped job at its start and end.
 *
 * @module
 */
import {
  endRecord,
  type JobEnd,
  type JobRun,
  messageRecord,
  skipRecord,
  startRecord,
} from "../jobs/rules/job-record.ts";
import { type Reading, valueOf } from "../contract/facts.ts";
import type { BegunRun } from "../contract/job-run.ts";
import type { JobRecord } from "../contract/job.ts";
import type { Settings } from "../contract/settings.ts";
import { defined } from "../base/defined.ts";
import { mayHaveEnded } from "../jobs/rules/run-verdict.ts";
import { type NextRecord, updateJob } from "../jobs/record-store.ts";
import { runFacts } from "../jobs/running.ts";
import { hostName, thisProcess } from "../host/host.ts";
import type { BestEffort } from "./best-effort.ts";
import type { RunningCommand } from "./command.ts";
import type { WrappedJob } from "./run-plan.ts";

/** How long the end may wait for the writer of the start record before that writer is killed. */
const START_DEADLINE_MS = 1500;

/** Writes the records of one run. */
export interface Recorder {
  /** Records the start, without waiting for it. */
  start(running: RunningCommand): void;
  /** Records what went wrong while the command still runs. */
  message(text: string): void;
  /** Records the end, after the start has been written or given up. */
  end(how: JobEnd): Promise<void>;
  /** Ends the writer of the end record. */
  readonly giveUp: () => void;
  /** Adds a skipped run to the record: what is known about other runs stays. */
  skip(): Promise<void>;
}

/** Creates the recorder of one run of `job`. */
export function openRecorder(
  job: WrappedJob,
  runId: string,
  settings: () => Settings,
  bestEffort: BestEffort,
): Recorder {
  let startedAt = new Date();
  let run = describeRun(job, runId, undefined);
  let last: Promise<unknown> = Promise.resolve();
  const [stopStart, stop] = [new AbortController(), new AbortController()];
  // The writer must survive signals that end the command.
  const update = (next: NextRecord, { signal } = stop) =>
    bestEffort(() =>
      updateJob(job.name, settings(), next, { forwardsSignals: false, stop: signal }),
    );
  return {
    start(running) {
      startedAt = new Date();
      run = describeRun(job, runId, running);
      last = update((before) => startOf(before, run, startedAt), stopStart);
    },
    message(text) {
      const changed = () => update((before) => messageRecord(valueOf(before), run, text));
      last = last.then(changed);
    },
    async end(how) {
      // A start written after the end would look like a run that still goes on.
      const timer = setTimeout(() => stopStart.abort(), START_DEADLINE_MS);
      await last;
      clearTimeout(timer);
      await update((before) => endOf(valueOf(before), run, startedAt, how));
    },
    giveUp: () => stop.abort(),
    async skip() {
      await update((before) => skipOf(before, run, startedAt));
    },
  };
}

const endOf = (previous: JobRecord | undefined, run: JobRun, startedAt: Date, how: JobEnd) =>
  endRecord(previous, run, startedAt, { ...how, now: new Date() });

/** The record of the start. An earlier run whose process is gone, or cannot be seen any more, is over. */
function startOf(before: Reading<JobRecord>, run: JobRun, startedAt: Date): JobRecord {
  const previous = valueOf(before);
  const isOver = (earlier: BegunRun) => {
    const facts = runFacts(earlier, startedAt);
    const isLost = facts.process === "unknown" && mayHaveEnded(facts, previous ?? {});
    return facts.process === "gone" || isLost;
  };
  return startRecord(previous, run, startedAt, isOver);
}

/** A record that cannot be read stays as it is: it may tell of a failure. */
const skipOf = (before: Reading<JobRecord>, run: JobRun, now: Date): JobRecord | undefined =>
  before.outcome === "read" || before.outcome === "absent"
    ? skipRecord(valueOf(before), run, now)
    : undefined;

function describeRun(job: WrappedJob, runId: string, running: RunningCommand | undefined): JobRun {
  const { boot_id, pid, start_ticks, ...namespaces } = thisProcess();
  return defined({
    job: job.name,
    declared: job.declared,
    host: hostName(),
    boot_id,
    pid: running?.pid,
    pid_start: running?.start,
    runner_pid: pid,
    runner_start: start_ticks,
    ...namespaces,
    run_id: runId,
    timeout_seconds: job.timeoutSeconds,
  });
}

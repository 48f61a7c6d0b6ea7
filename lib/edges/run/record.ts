/**
 * The record of a wrapped job, at its start and at its end.
 *
 * @module
 */
import {
  endRecord,
  type JobEnd,
  type JobRun,
  skipRecord,
  startRecord,
} from "../../rules/job-record.ts";
import type { JobRecord } from "../../schemas/job.ts";
import type { Settings } from "../../schemas/settings.ts";
import { hasRecord, writeJob } from "../cell/job.ts";
import { bootId, hostName } from "../host/host.ts";
import { pidNamespace, processFacts } from "../host/process.ts";
import type { Aside } from "./aside.ts";
import type { Running } from "./command.ts";
import type { Job } from "./plan.ts";

/** How long a command's end may wait for the record of its start, before who writes that is killed. */
const START_REST_MS = 1500;

/** Writes a run's records. */
export interface Recorder {
  /** Says that it runs, without waiting for it. */
  start(running: Running): void;
  /** Says how it ended, after its start has been said, or never will be. */
  end(how: JobEnd): Promise<void>;
  /** Ends who still writes. */
  readonly giveUp: () => void;
  /** Says that it did not start, where nothing is said yet: a failure stays, and the time that counts. */
  skip(): Promise<void>;
}

/** Gives what writes the records of one run of `job`. */
export function openRecorder(
  job: Job,
  runId: string,
  settings: () => Settings,
  aside: Aside,
): Recorder {
  let startedAt = new Date();
  let run = describeRun(job, runId, undefined);
  let last: Promise<unknown> = Promise.resolve();
  const [stopStart, stop] = [new AbortController(), new AbortController()];
  // The writer must outlive what ends the command, which signals may be.
  const write = (record: JobRecord, { signal } = stop) =>
    aside(() => writeJob(record, settings(), { keepsSignals: true, stop: signal }));
  return {
    start(running) {
      startedAt = new Date();
      run = describeRun(job, runId, running);
      last = write(startRecord(run, startedAt), stopStart);
    },
    async end(how) {
      // In this order or not at all: a start that came after the end would seem to run on.
      const timer = setTimeout(() => stopStart.abort(), START_REST_MS);
      await last;
      clearTimeout(timer);
      await write(endRecord(run, startedAt, how, new Date()));
    },
    giveUp: () => stop.abort(),
    async skip() {
      if (await aside(() => hasRecord(settings().heartbeat_dir, job.name))) return;
      await write(skipRecord(run, startedAt));
    },
  };
}

function describeRun(job: Job, runId: string, running: Running | undefined): JobRun {
  const { name, intervalSeconds, graceSeconds } = job;
  const runnerStart = processFacts("self")?.start;
  const namespace = pidNamespace();
  return {
    job: name,
    ...(intervalSeconds === undefined ? {} : { interval_seconds: intervalSeconds }),
    ...(graceSeconds === undefined ? {} : { grace_seconds: graceSeconds }),
    host: hostName(),
    boot_id: bootId(),
    ...(running === undefined ? {} : { pid: running.pid }),
    ...(running?.start === undefined ? {} : { pid_start: running.start }),
    runner_pid: process.pid,
    ...(runnerStart === undefined ? {} : { runner_start: runnerStart }),
    ...(namespace === undefined ? {} : { pid_namespace: namespace }),
    run_id: runId,
  };
}

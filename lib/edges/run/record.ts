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

/** Writes a run's records. */
export interface Recorder {
  /** Says that it runs, without waiting for it. */
  start(running: Running): void;
  /** Says how it ended, after its start has been said. */
  end(how: JobEnd): Promise<void>;
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
  const write = (record: JobRecord) => aside(() => writeJob(record, settings()));
  return {
    start(running) {
      startedAt = new Date();
      run = describeRun(job, runId, running);
      last = write(startRecord(run, startedAt));
    },
    async end(how) {
      await last;
      await write(endRecord(run, startedAt, how, new Date()));
    },
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

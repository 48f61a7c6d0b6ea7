/**
 * The daemon's own heartbeat, so that others can detect that it has stopped.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { OperatorError } from "../../base/errors.ts";
import { OWN_JOB } from "../../contract/own-job.ts";
import type { Report } from "../../contract/report.ts";
import type { Settings } from "../../contract/settings.ts";
import { newJobRecord, writeJob } from "../../jobs/record-store.ts";
import type { ErrorReporter } from "../store/error-reporter.ts";

/** Writes `lazarus_pit.last` after a round, with status `fail` when the round had no report. */
export type SelfHeartbeat = (result: Report | OperatorError, settings: Settings) => Promise<void>;

/** Returns a heartbeat that never throws, and that skips a beat while the last one is being written. */
export function selfHeartbeat(errors: ErrorReporter, clock: Clock): SelfHeartbeat {
  let isWriting = false;
  /** The directory of the last beat. */
  let directory: string | undefined;
  return async (result, settings) => {
    if (isWriting) return;
    isWriting = true;
    const status = result instanceof OperatorError ? "fail" : "ok";
    const interval_seconds = settings.scan_interval_seconds;
    try {
      const record = newJobRecord({ job: OWN_JOB, status, interval_seconds }, clock.now());
      // A directory that vanished is not created again: without the records of other jobs in it,
      // monitoring would find nothing wrong.
      const wasThere = directory === settings.heartbeat_dir;
      await writeJob(record, settings, { forwardsSignals: false, mustExist: wasThere });
      directory = settings.heartbeat_dir;
      errors.clear("the daemon's heartbeat");
    } catch (error) {
      errors.report("the daemon's heartbeat", error);
    } finally {
      isWriting = false;
    }
  };
}

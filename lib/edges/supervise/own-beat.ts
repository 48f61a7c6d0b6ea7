/**
 * The daemon's own heartbeat, so that someone else can notice when it falls silent.
 *
 * @module
 */
import { OperatorError } from "../../schemas/errors.ts";
import { OWN_JOB } from "../../schemas/job.ts";
import type { Report } from "../../schemas/report.ts";
import type { Settings } from "../../schemas/settings.ts";
import { jobRecord, writeJob } from "../cell/job.ts";
import type { Troubles } from "./trouble.ts";

/** Writes `lazarus_pit.last` after a round: `fail` for one that found no root. */
export type Beat = (result: Report | OperatorError, settings: Settings) => Promise<void>;

/** A beat that never throws, and that is left out while the one before is still being written. */
export function ownBeat(troubles: Troubles): Beat {
  let isWriting = false;
  return async (result, settings) => {
    if (isWriting) return;
    isWriting = true;
    const status = result instanceof OperatorError ? "fail" : "ok";
    const interval_seconds = settings.scan_interval_seconds;
    try {
      const record = jobRecord({ job: OWN_JOB, status, interval_seconds }, new Date());
      await writeJob(record, settings, { keepsSignals: true });
      troubles.over("the daemon's heartbeat");
    } catch (error) {
      troubles.met("the daemon's heartbeat", error);
    } finally {
      isWriting = false;
    }
  };
}

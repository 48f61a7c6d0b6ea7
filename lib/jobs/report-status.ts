/**
 * `heartbeat --job`: records one moment of a job, and returns what its record said before.
 *
 * @module
 */
import { type JobRecord } from "../contract/job.ts";
import { valueOf } from "../contract/facts.ts";
import type { Settings } from "../contract/settings.ts";
import { newJobRecord, type JobInput, updateJob } from "./record-store.ts";
import { reportRecord } from "./rules/job-record.ts";
import { replacedText } from "./rules/replaced-record.ts";

/** A record that was written, and what of the one before it matters to people. */
export interface WrittenReport {
  readonly record: JobRecord;
  readonly replaced: string | undefined;
}

/**
 * Reports a job's status.
 *
 * @throws {OperatorError} if it cannot be written, or the writer fails.
 */
export async function reportStatus(
  input: JobInput,
  settings: Settings,
  now: Date,
): Promise<WrittenReport> {
  const report = newJobRecord(input, now);
  let written: WrittenReport = { record: report, replaced: undefined };
  await updateJob(input.job, settings, (before) => {
    const previous = valueOf(before);
    const record = reportRecord(previous, report);
    written = { record, replaced: previous && replacedText(previous, record, now) };
    return record;
  });
  return written;
}

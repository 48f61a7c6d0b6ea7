/**
 * `<heartbeat dir>/<job>.last`: when a cron job last reported, and how it went.
 *
 * @module
 */
import * as v from "valibot";
import { Count, Seconds } from "./number.ts";
import { Timestamp } from "./time.ts";

const EXPECTED =
  "Expected a name of letters, digits, dot, dash and underscore, not starting with a dot or dash";

/** A job's name is a file's name: it can name no other directory, no flag and no hidden file. */
export const JobName = v.pipe(
  v.string(EXPECTED),
  v.regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/, EXPECTED),
);

export const JobStatus = v.picklist(["running", "ok", "fail", "timeout", "skipped", "lost"]);

/** Schema of a job's record. Unknown keys are allowed. */
export const JobRecord = v.looseObject({
  schema_version: v.optional(v.literal(1)),
  job: JobName,
  status: JobStatus,
  timestamp: Timestamp,
  interval_seconds: v.optional(Seconds),
  message: v.optional(v.string()),
  host: v.optional(v.string()),
  boot_id: v.optional(v.string()),
  pid: v.optional(Count),
  run_id: v.optional(v.string()),
});
export type JobRecord = v.InferOutput<typeof JobRecord>;

/** The name of a job's record in the heartbeat directory. */
export const jobFile = (job: string): string => `${job}.last`;

/** The job under which this toolkit reports itself. */
export const OWN_JOB = "lazarus_pit";

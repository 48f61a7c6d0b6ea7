/**
 * `<heartbeat dir>/<job>.pause`: an operator's pause of a cron job. It ends by itself.
 *
 * @module
 */
import * as v from "valibot";
import { Timestamp } from "../base/time.ts";
import { JobName } from "./job.ts";

/** The longest pause, in days. */
export const MAX_PAUSE_DAYS = 366;
export const MAX_PAUSE_MS = MAX_PAUSE_DAYS * 86_400_000;

/** Schema of a pause. After `until`, the job is due again as if it had reported then. */
export const JobPause = v.object({
  schema_version: v.literal(1),
  job: JobName,
  since: Timestamp,
  until: Timestamp,
});
export type JobPause = v.InferOutput<typeof JobPause>;

/** The file name of a job's pause in the heartbeat directory. */
export const pauseFile = (job: string): string => `${job}.pause`;

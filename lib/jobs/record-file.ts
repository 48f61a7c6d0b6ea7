/**
 * Reading the records of jobs. Nothing in them is trusted, and those of untrusted users are refused.
 *
 * @module
 */
import { lstatSync } from "node:fs";
import * as v from "valibot";
import { JobName, JobRecord, jobFile } from "../contract/job.ts";
import { type Reading, valueOf } from "../contract/facts.ts";
import { tryLstat } from "../host/files/atomic-file.ts";
import { at, withDirectory } from "../host/files/directory.ts";
import { readContract, readText } from "../host/files/read-json.ts";
import { type TrustCheck, trustCheckIn } from "../host/files/trust.ts";
import { errnoOf } from "../host/errno.ts";
import { parseJobFile } from "./rules/foreign-record.ts";

/** The record of a job in the open directory `dir`, written by this toolkit or another program. */
export function readJobFile(dir: number, job: string, check: TrustCheck): Reading<JobRecord> {
  const name = jobFile(job);
  if (!v.is(JobName, job)) return { outcome: "malformed", why: "its name is not a valid job name" };
  const text = readText(dir, name, check);
  if (text.outcome !== "read") return text;
  const stats = lstatSync(at(dir, name), { throwIfNoEntry: false });
  return stats === undefined ? { outcome: "absent" } : parseJobFile(job, text.value, stats.mtimeMs);
}

/** Like `readJobFile`, for a writer: a record that is not trusted counts as absent. */
export function readPrevious(dir: number, job: string): Reading<JobRecord> {
  const check = trustCheckIn(dir);
  const file = tryLstat(dir, jobFile(job));
  return file === undefined || check(file) !== undefined
    ? { outcome: "absent" }
    : readJobFile(dir, job, check);
}

/** The toolkit's own record of a job; undefined if it is absent, unreadable or not trusted. */
export function readJob(directory: string, job: string): JobRecord | undefined {
  try {
    return withDirectory(directory, (dir) =>
      valueOf(readContract(dir, jobFile(job), JobRecord, trustCheckIn(dir))),
    );
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

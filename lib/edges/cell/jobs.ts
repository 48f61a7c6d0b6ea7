/**
 * A look at every job of the heartbeat directory.
 *
 * @module
 */
import { closeSync, constants, lstatSync, openSync, readdirSync } from "node:fs";
import * as v from "valibot";
import { readNews } from "../../rules/job-news.ts";
import { gatherJobs, type JobFacts, judgeJob } from "../../rules/jobs.ts";
import { quoted } from "../../rules/printable.ts";
import { JobName, jobFile, jobOf, type JobRecord } from "../../schemas/job.ts";
import type { Jobs } from "../../schemas/jobs.ts";
import type { Reading } from "../../schemas/facts.ts";
import type { Settings } from "../../schemas/settings.ts";
import { type Doubt, doubtIn } from "../host/belief.ts";
import { readText } from "./contract.ts";
import { at } from "../host/directory.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { runOf } from "./running.ts";

/**
 * Reads and judges every `<job>.last` of the heartbeat directory as of `now`. A directory that
 * is not there holds none.
 *
 * @throws {OperatorError} when it cannot be listed.
 */
export function scanJobs(
  { heartbeat_dir, allowed_skew_seconds }: Pick<Settings, "heartbeat_dir" | "allowed_skew_seconds">,
  now: Date,
): Jobs {
  try {
    const dir = openSync(heartbeat_dir, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      const jobs = readdirSync(at(dir, ".")).map(jobOf).filter(isShown);
      const doubt = doubtIn(dir);
      const look = (job: string) => lookAt(dir, job, doubt);
      const judged = jobs.map((job) => judgeJob(look(job), allowed_skew_seconds, now));
      return gatherJobs(heartbeat_dir, judged);
    } finally {
      closeSync(dir);
    }
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return gatherJobs(heartbeat_dir, []);
    throw systemFailure(error, `Cannot list the jobs in ${quoted(heartbeat_dir)}`, "io_error");
  }
}

/** Hidden files are somebody's in the making; any other record is somebody's who waits for it to be seen. */
const isShown = (job: string): boolean => job !== "" && !job.startsWith(".");

function lookAt(dir: number, job: string, doubt: Doubt): JobFacts {
  const record = readRecord(dir, job, doubt);
  return { job, record, run: record.outcome === "read" ? runOf(record.value) : "unknown" };
}

function readRecord(dir: number, job: string, doubt: Doubt): Reading<JobRecord> {
  const name = jobFile(job);
  if (!v.is(JobName, job)) return { outcome: "malformed", why: "no job may have its name" };
  const text = readText(dir, name, doubt);
  if (text.outcome !== "read") return text;
  const stats = lstatSync(at(dir, name), { throwIfNoEntry: false });
  return stats === undefined ? { outcome: "absent" } : readNews(job, text.value, stats.mtimeMs);
}

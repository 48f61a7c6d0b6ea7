/**
 * Repeated scans of the jobs, which detect that the heartbeat directory vanished: the jobs are then
 * unknown, not absent.
 *
 * @module
 */
import { statSync } from "node:fs";
import { quoted } from "../base/printable.ts";
import { OperatorError } from "../base/errors.ts";
import type { ReportJob } from "../contract/job-report.ts";
import { OWN_JOB } from "../contract/own-job.ts";
import type { Report } from "../contract/report.ts";
import { errnoOf } from "../host/errno.ts";
import { type JobSettings, scanJobs } from "./scan-jobs.ts";

/** Scans once. Returns the jobs, or why they are unknown, or neither if they cannot be listed. */
export type JobScanner = (
  settings: JobSettings,
  now: Date,
) => Pick<Report, "jobs" | "jobs_unknown">;

const UNLISTED = "it cannot be listed";
const REPLACED = "a directory without jobs is in its place";

const unknownJobs = (directory: string, why: string) => ({
  jobs_unknown: `There were jobs in ${quoted(directory)}, and now ${why}`,
});

/** Creates a scanner that remembers the directory in which it last found jobs. */
export function createJobScanner(): JobScanner {
  let last: { readonly directory: string; readonly identity: string } | undefined;
  return (settings, now) => {
    const { heartbeat_dir: directory } = settings;
    const identity = identityOf(directory);
    const jobs = tryScanJobs(settings, now);
    if (jobs === undefined)
      return last?.directory === directory ? unknownJobs(directory, UNLISTED) : {};
    // The daemon writes its own record into whatever directory is at this path, so it proves nothing.
    const hasOthers = jobs.jobs.some((each) => each.job !== OWN_JOB && hasRecord(each));
    if (hasOthers && identity !== undefined) last = { directory, identity };
    if (hasOthers || last?.directory !== directory) return { jobs };
    const after = identityOf(directory);
    if (after === last.identity) return { jobs };
    return unknownJobs(directory, after === undefined ? "it is gone" : REPLACED);
  };
}

/** False for a declared job that has never reported. */
const hasRecord = ({ last_report, health }: ReportJob): boolean =>
  last_report !== null || health === "unreadable";

/** The jobs; undefined if they cannot be listed, which must not hide the cells. */
function tryScanJobs(...args: Parameters<JobScanner>): Report["jobs"] {
  try {
    return scanJobs(...args);
  } catch (error) {
    if (error instanceof OperatorError) return undefined;
    throw error;
  }
}

/** Device and inode of the directory at `path`; undefined if it cannot be examined. */
function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

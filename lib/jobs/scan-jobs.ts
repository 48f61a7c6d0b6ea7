/**
 * Scans the jobs of the heartbeat directory.
 *
 * @module
 */
import { fstatSync, readdirSync } from "node:fs";
import { begunRuns } from "./rules/job-history.ts";
import { summarizeJobs, type JobFacts, judgeJob } from "./rules/dead-man.ts";
import { parseTimestamp } from "../base/time.ts";
import { quoted } from "../base/printable.ts";
import { jobOf } from "../contract/job.ts";
import type { Jobs } from "../contract/job-report.ts";
import type { Settings } from "../contract/settings.ts";
import { type TrustCheck, trustCheckIn } from "../host/files/trust.ts";
import { at, withDirectory } from "../host/files/directory.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { readPauseEnd } from "./pause-store.ts";
import { readJobFile } from "./record-file.ts";
import { runFacts } from "./running.ts";

/** The settings that decide about jobs. */
export type JobSettings = Pick<
  Settings,
  "heartbeat_dir" | "allowed_skew_seconds" | "jobs" | "jobs_declared_at"
>;

/**
 * Reads and judges every `<job>.last` of the heartbeat directory as of `now`, and the declared jobs
 * that have none. An absent directory has no records.
 *
 * @throws {OperatorError} if it cannot be listed.
 */
export function scanJobs(settings: JobSettings, now: Date): Jobs {
  const { heartbeat_dir, allowed_skew_seconds, jobs: declared } = settings;
  const moment = { now, skewSeconds: allowed_skew_seconds };
  try {
    return withDirectory(heartbeat_dir, (dir) => {
      const found = readdirSync(at(dir, ".")).map(jobOf).filter(isShown);
      // Two names that are not UTF-8 may read the same: each is counted.
      const names = [...found, ...Object.keys(declared).filter((job) => !found.includes(job))];
      const declaredAt = declaredSince(settings, fstatSync(dir).birthtimeMs);
      const context = { check: trustCheckIn(dir), now, jobs: declared, declaredAt };
      const facts = names.map((job) => readJobFacts(dir, job, context));
      return summarizeJobs(
        heartbeat_dir,
        facts.map((each) => judgeJob(each, moment)),
      );
    });
  } catch (error) {
    if (errnoOf(error) !== "ENOENT")
      throw systemFailure(error, `Cannot list the jobs in ${quoted(heartbeat_dir)}`, "io_error");
    const facts = Object.entries(declared).map(([job, configured]) => ({ job, configured }));
    const absent = { record: { outcome: "absent" }, runs: [] } as const;
    const declaredAt = declaredSince(settings, 0);
    const judged = facts.map((each) => judgeJob({ ...each, ...absent, declaredAt }, moment));
    return summarizeJobs(heartbeat_dir, judged);
  }
}

/**
 * Since when the jobs count as declared: the last change of the configuration file. Without one, since
 * the directory of their records was created.
 */
const declaredSince = ({ jobs_declared_at }: JobSettings, created: number): number =>
  (jobs_declared_at === undefined ? undefined : parseTimestamp(jobs_declared_at)) ?? created;

/** Hides dot files, such as temporary ones. Records with invalid names are shown as unreadable. */
const isShown = (job: string): boolean => job !== "" && !job.startsWith(".");

function readJobFacts(
  dir: number,
  job: string,
  { check, now, jobs, declaredAt }: ScanContext,
): JobFacts {
  const record = readJobFile(dir, job, check);
  const begun = record.outcome === "read" ? begunRuns(record.value) : [];
  const runs = begun.map((run) => runFacts(run, now));
  const pausedUntil = readPauseEnd(dir, job, check, now);
  return { job, record, runs, configured: ownValue(jobs, job), declaredAt, pausedUntil };
}

/** The value of a key that the object itself has. */
const ownValue = <T>(values: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(values, key) ? values[key] : undefined;

/** Which files to trust, and the moment of the scan. */
interface ScanContext {
  readonly check: TrustCheck;
  readonly now: Date;
  /** The declared jobs, and since when in milliseconds since 1970. */
  readonly jobs: Settings["jobs"];
  readonly declaredAt: number;
}

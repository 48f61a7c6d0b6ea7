/**
 * Pauses, resumes and retires a cron job.
 *
 * @module
 */
import { OperatorError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { shellWord } from "../../base/shell-word.ts";
import type { ReportJob } from "../../contract/job-report.ts";
import { DEFAULTS } from "../../contract/setting-rows.ts";
import type { Settings } from "../../contract/settings.ts";
import { retireJob, writePause } from "../pause-store.ts";
import { scanJobs } from "../scan-jobs.ts";
import type { JobOrder } from "./job-order.ts";

/**
 * Carries out an order, and says in a sentence what was done.
 *
 * @throws {OperatorError} if there is no such job, the configuration declares a job to retire, or
 *   nothing could be written.
 */
export function changeJob(
  order: Exclude<JobOrder, { verb: "list" }>,
  settings: Settings,
  now: Date,
): string {
  const { heartbeat_dir: directory } = settings;
  const found = findJob(order.job, settings, now);
  if (order.verb === "retire") return retire(found, settings);
  const since = now.toISOString();
  const until = order.verb === "pause" ? order.until : since;
  writePause(directory, { schema_version: 1, job: order.job, since, until });
  if (order.verb === "pause") return `Paused ${quoted(order.job)} until ${until}`;
  return found.health === "paused"
    ? `Resumed ${quoted(order.job)}`
    : `${quoted(order.job)} was not paused; it counts as due from now on`;
}

function findJob(name: string, settings: Settings, now: Date): ReportJob {
  const found = scanJobs(settings, now).jobs.find(({ job }) => job === name);
  if (found !== undefined) return found;
  throw new OperatorError(
    "no_input",
    `Cannot find the job ${quoted(name)} in ${quoted(settings.heartbeat_dir)}`,
    `see the jobs with: lazarus-pit jobs${directoryFlag(settings)}`,
  );
}

const directoryFlag = ({ heartbeat_dir: directory }: Settings): string =>
  directory === DEFAULTS["heartbeat_dir"] ? "" : ` --heartbeat-dir ${shellWord(directory)}`;

function retire({ job, declared, runs }: ReportJob, { heartbeat_dir }: Settings): string {
  if (declared)
    throw new OperatorError(
      "data_error",
      `Cannot retire ${quoted(job)}: the configuration declares it`,
      'remove it from "jobs" there first: see lazarus-pit config',
    );
  retireJob(heartbeat_dir, job);
  const isAlive = runs.some(({ process }) => process === "alive");
  const warning = isAlive ? "; a run of it is still running, and its end makes it a job again" : "";
  return `Retired ${quoted(job)}: its record is ${job}.retired now${warning}`;
}

/**
 * The cron jobs of a report as metrics.
 *
 * @module
 */
import * as v from "valibot";
import { JobName } from "../../contract/job.ts";
import { JobHealth, type Jobs, type ReportJob } from "../../contract/job-report.ts";
import type { Report } from "../../contract/report.ts";
import { gauge, type Sample, unixSeconds } from "./exposition.ts";

/** Without it, jobs that vanished would only be samples that are missing, on which no alert fires. */
export function unknownJobs({ jobs, jobs_unknown }: Report): Sample[] {
  if (jobs_unknown !== undefined) return [[{}, 1]];
  return jobs === undefined ? [] : [[{}, 0]];
}

const moment = (what: string, help: string, samples: readonly Sample[]): string =>
  gauge(`lazarus_pit_job_${what}_timestamp_seconds`, help, samples);

/**
 * The jobs, by a label that no scrape configuration sets. Jobs with an invalid name are only
 * counted: two such names may look the same, and duplicate samples invalidate an exposition.
 */
export function jobGauges({ summary, jobs }: Jobs, perJob: boolean): string[] {
  const named = perJob ? jobs.filter(({ job }) => v.is(JobName, job)) : [];
  const each = (valueOf: (job: ReportJob) => number | null): Sample[] =>
    named.flatMap((job): Sample[] => {
      const value = valueOf(job);
      return value === null ? [] : [[{ job_name: job.job }, value]];
    });
  return [
    gauge(
      "lazarus_pit_jobs",
      "Cron jobs by status.",
      JobHealth.options.map((status) => [{ status }, summary[status]]),
    ),
    gauge(
      "lazarus_pit_job_status",
      "1 for the status that a cron job has, 0 for the others.",
      named.flatMap(({ job, health }) =>
        JobHealth.options.map((status): Sample => [
          { job_name: job, status },
          status === health ? 1 : 0,
        ]),
      ),
    ),
    ...timeGauges(each),
    ...runGauges(each),
  ];
}

type SamplesOf = (valueOf: (job: ReportJob) => number | null) => Sample[];

const seconds = (time: string | null | undefined): number | null =>
  time === null || time === undefined ? null : unixSeconds(time);

const timeGauges = (each: SamplesOf): string[] => [
  moment(
    "last_report",
    "Unix time of a cron job's last report.",
    each((job) => seconds(job.last_report)),
  ),
  moment(
    "last_start",
    "Unix time of the start of a cron job's last run.",
    each((job) => seconds(job.started_at)),
  ),
  moment(
    "last_end",
    "Unix time of the end of a cron job's last run that ended.",
    each((job) => seconds(job.last_end?.ended_at ?? job.ended_at)),
  ),
  moment(
    "next_due",
    "Unix time at which a cron job is due, without its grace.",
    each((job) => seconds(job.due_at)),
  ),
];

const runGauges = (each: SamplesOf): string[] => [
  gauge(
    "lazarus_pit_job_runs_in_progress",
    "Runs of a cron job that have begun and not ended.",
    each((job) => job.runs.length),
  ),
  gauge(
    "lazarus_pit_job_run_age_seconds",
    "Age of a cron job's oldest run that has begun and not ended.",
    each((job) => job.runs[0]?.age_seconds ?? null),
  ),
  gauge(
    "lazarus_pit_job_failures_in_a_row",
    "Runs of a cron job that have ended badly since one ended well.",
    each((job) => job.failures_in_a_row),
  ),
  gauge(
    "lazarus_pit_job_last_duration_seconds",
    "How long a cron job's last run that ended took.",
    each((job) => inSeconds(job.last_end?.duration_ms ?? null)),
  ),
  gauge(
    "lazarus_pit_job_usual_duration_seconds",
    "The median of how long a cron job's last good runs took.",
    each((job) => inSeconds(job.usual_duration_ms)),
  ),
];

const inSeconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

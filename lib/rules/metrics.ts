/**
 * A report in the Prometheus text exposition format, version 0.0.4.
 *
 * @module
 */
import * as v from "valibot";
import { JobName } from "../schemas/job.ts";
import { JobHealth, type Jobs } from "../schemas/jobs.ts";
import { type Report, type ReportCell, Status } from "../schemas/report.ts";
import { parseTimestamp } from "../schemas/time.ts";

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** What belongs into an exposition beside the report. */
export interface Extras {
  /** The version of the program that made it. */
  readonly version: string;
  /** How many scans have failed since the start; left out where nothing counts them. */
  readonly errors?: number;
  /** Whether each cell, and each job, has samples of its own. */
  readonly perCell?: boolean;
}

/** The exposition of `report`. */
export function metricsText(report: Report, { version, errors, perCell = true }: Extras): string {
  const { summary, cells, jobs } = report;
  const failures: Sample[] = errors === undefined ? [] : [[{}, errors]];
  return [
    gauge(
      "mission_cells",
      "Mission cells by status.",
      Status.options.map((status) => [{ status }, summary[status]]),
    ),
    gauge("mission_cells_resting", "Healthy mission cells that are paused or have ended.", [
      [{}, summary.resting],
    ]),
    ...(perCell ? cellGauges(cells) : []),
    ...(jobs === undefined ? [] : jobGauges(jobs, perCell)),
    gauge(
      "lazarus_pit_observer_suspect",
      "1 while so many cells fell silent at once that the observer is suspect.",
      [[{}, report.observer_suspect ? 1 : 0]],
    ),
    gauge("lazarus_pit_last_scan_timestamp_seconds", "Unix time of the last good scan.", [
      [{}, seconds(report.generated_at)],
    ]),
    gauge("lazarus_pit_scan_duration_seconds", "How long the last good scan took.", [
      [{}, report.duration_ms / 1000],
    ]),
    family(
      "lazarus_pit_scan_errors_total",
      "counter",
      "Scans that failed since the start.",
      failures,
    ),
    gauge("lazarus_pit_build_info", "The version of the Lazarus Pit.", [[{ version }, 1]]),
  ].join("");
}

function cellGauges(cells: readonly ReportCell[]): string[] {
  const statuses = cells.flatMap(({ mission_id, status: now }) =>
    Status.options.map((status): Sample => [{ mission_id, status }, status === now ? 1 : 0]),
  );
  const beats = cells.flatMap(({ mission_id, last_heartbeat }): Sample[] =>
    last_heartbeat === null ? [] : [[{ mission_id }, seconds(last_heartbeat)]],
  );
  return [
    gauge(
      "mission_cell_status",
      "1 for the status that a mission cell has, 0 for the others.",
      statuses,
    ),
    gauge(
      "mission_cell_last_heartbeat_timestamp_seconds",
      "Unix time of a mission cell's last heartbeat.",
      beats,
    ),
  ];
}

/**
 * The jobs, by a label that no scrape sets. One that no job may have as its name is only counted:
 * two such names may read the same, and two equal samples spoil an exposition.
 */
function jobGauges({ summary, jobs }: Jobs, perJob: boolean): string[] {
  const named = perJob ? jobs.filter(({ job }) => v.is(JobName, job)) : [];
  const times = (what: "last_report" | "started_at" | "ended_at") =>
    named.flatMap(({ job, [what]: time }): Sample[] =>
      time === null ? [] : [[{ job_name: job }, seconds(time)]],
    );
  const moment = (what: string, help: string, samples: readonly Sample[]) =>
    gauge(`lazarus_pit_job_last_${what}_timestamp_seconds`, help, samples);
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
    moment("report", "Unix time of a cron job's last report.", times("last_report")),
    moment("start", "Unix time of the start of a cron job's last run.", times("started_at")),
    moment("end", "Unix time of the end of a cron job's last run.", times("ended_at")),
  ];
}

const gauge = (name: string, help: string, samples: readonly Sample[]): string =>
  family(name, "gauge", help, samples);

/** A metric family; nothing where it has no samples. */
function family(
  name: string,
  type: "gauge" | "counter",
  help: string,
  samples: readonly Sample[],
): string {
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`);
  return samples.length === 0
    ? ""
    : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) =>
      `${name}="${value.replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`))}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const seconds = (timestamp: string) => (parseTimestamp(timestamp) ?? Number.NaN) / 1000;

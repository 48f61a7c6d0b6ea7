/**
 * A report in the Prometheus text exposition format, version 0.0.4.
 *
 * @module
 */
import type { MemberHealth } from "../../contract/fleet-member.ts";
import {
  Attention,
  type Report,
  type ReportCell,
  Status,
  SuspicionCause,
} from "../../contract/report.ts";
import {
  type ExpositionOrigin,
  family,
  gauge,
  originMetrics,
  type Sample,
  unixSeconds,
} from "./exposition.ts";
import { memberMetrics } from "./prometheus-fleet.ts";
import { isSilentButRunning, missionInfo, silentButRunning } from "./prometheus-missions.ts";
import type { Supervision } from "../../contract/supervision.ts";
import { supervisionGauges } from "./prometheus-supervise.ts";
import { jobGauges, unknownJobs } from "./prometheus-jobs.ts";

/** What to include besides the report. */
export interface MetricsOptions extends ExpositionOrigin {
  /** Failed scans since the start; omitted where they are not counted. */
  readonly errors?: number;
  /** Whether to include samples of each cell and job. */
  readonly perCell?: boolean;
  /** The daemon's part in a fleet. */
  readonly member?: MemberHealth | undefined;
  /** Undefined where it is not known. */
  readonly supervision?: Supervision | undefined;
}

/** The exposition of `report`. */
export function metricsText(
  report: Report,
  { errors, perCell = true, member, supervision, ...origin }: MetricsOptions,
): string {
  const { summary, cells, jobs, suspicion } = report;
  const failures: Sample[] = errors === undefined ? [] : [[{}, errors]];
  return [
    gauge(
      "mission_cells",
      "Mission cells by status.",
      Status.options.map((status) => [{ status }, summary[status]]),
    ),
    gauge(
      "mission_cells_resting",
      "Healthy mission cells that are not expected to beat: paused, ended or idle.",
      [[{}, summary.resting]],
    ),
    gauge(
      "mission_cells_attention",
      "Mission cells by the attention that they need.",
      Attention.options.map((attention) => [{ attention }, countOf(cells, attention)]),
    ),
    gauge(
      "mission_cells_silent_but_running",
      "Silent mission cells whose process still runs: supervise does not act on them by itself.",
      [[{}, cells.filter(isSilentButRunning).length]],
    ),
    ...(perCell ? [...cellGauges(cells), silentButRunning(cells)] : []),
    ...supervisionGauges(supervision, perCell),
    ...(jobs === undefined ? [] : jobGauges(jobs, perCell)),
    gauge(
      "lazarus_pit_jobs_unknown",
      "1 while previously known cron jobs cannot be found, so that none of them has a status.",
      unknownJobs(report),
    ),
    gauge(
      "lazarus_pit_observer_suspect",
      "1 while the observer, its disk or its host may be at fault: see the page, or scan.",
      [[{}, suspicion === undefined ? 0 : 1]],
    ),
    gauge(
      "lazarus_pit_suspicion",
      "1 for the cause of the current suspicion, 0 for the others.",
      SuspicionCause.options.map((cause) => [{ cause }, suspicion?.cause === cause ? 1 : 0]),
    ),
    gauge("lazarus_pit_last_scan_timestamp_seconds", "Unix time of the last good scan.", [
      [{}, unixSeconds(report.generated_at)],
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
    ...memberMetrics(member),
    ...originMetrics(origin),
  ].join("");
}

const countOf = (cells: readonly ReportCell[], attention: Attention): number =>
  cells.filter((cell) => cell.attention === attention).length;

function cellGauges(cells: readonly ReportCell[]): string[] {
  const statuses = cells.flatMap(({ mission_id, status: now }) =>
    Status.options.map((status): Sample => [{ mission_id, status }, status === now ? 1 : 0]),
  );
  const beats = cells.flatMap(({ mission_id, last_heartbeat }): Sample[] =>
    last_heartbeat === null ? [] : [[{ mission_id }, unixSeconds(last_heartbeat)]],
  );
  const attentions = cells.flatMap(({ mission_id, attention: now }) =>
    Attention.options.map((attention): Sample => [
      { mission_id, attention },
      attention === now ? 1 : 0,
    ]),
  );
  return [
    missionInfo(cells),
    gauge(
      "mission_cell_status",
      "1 for the status that a mission cell has, 0 for the others.",
      statuses,
    ),
    gauge(
      "mission_cell_attention",
      "1 for the attention that a mission cell needs, 0 for the others.",
      attentions,
    ),
    gauge(
      "mission_cell_last_heartbeat_timestamp_seconds",
      "Unix time of a mission cell's last heartbeat.",
      beats,
    ),
  ];
}

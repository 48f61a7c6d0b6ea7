/**
 * A report in the Prometheus text exposition format, version 0.0.4.
 *
 * @module
 */
import type { MemberHealth } from "../../contract/fleet-member.ts";
import { Attention, type Report, Status, SuspicionCause } from "../../contract/report.ts";
import {
  type ExpositionOrigin,
  family,
  gauge,
  originMetrics,
  type Sample,
  unixSeconds,
} from "./exposition.ts";
import { memberMetrics } from "./prometheus-fleet.ts";
import { cellFamilies, cellsOf, countCells, type MetricCells } from "./prometheus-cells.ts";
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
export const metricsText = (report: Report, options: MetricsOptions): string =>
  [...metricsParts(report, cellsOf(report.cells), options)].join("");

/**
 * The same in parts. The first one counts all cells; each of the others is about few of them. The cells
 * are not those in `report`.
 */
export function* metricsParts(
  report: Report,
  cells: MetricCells,
  options: MetricsOptions,
): Generator<string> {
  const { perCell = true } = options;
  yield* statusGauges(report, cells);
  if (perCell) yield* cellFamilies(cells);
  yield* otherGauges(report, options, perCell);
}

function statusGauges({ summary }: Report, cells: MetricCells): string[] {
  const counts = countCells(cells);
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
      Attention.options.map((attention) => [{ attention }, counts.attentions.get(attention) ?? 0]),
    ),
    gauge(
      "mission_cells_silent_but_running",
      "Silent mission cells whose process still runs: supervise does not act on them by itself.",
      [[{}, counts.silentButRunning]],
    ),
  ];
}

function otherGauges(
  report: Report,
  { errors, member, supervision, ...origin }: MetricsOptions,
  perCell: boolean,
): string[] {
  const { jobs, suspicion } = report;
  const failures: Sample[] = errors === undefined ? [] : [[{}, errors]];
  return [
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
  ];
}

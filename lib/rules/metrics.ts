/**
 * A report in the Prometheus text exposition format, version 0.0.4.
 *
 * @module
 */
import { type Report, Status } from "../schemas/report.ts";
import { parseTimestamp } from "../schemas/time.ts";

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** The exposition of `report`; `version` names the program that made it. */
export function metricsText(report: Report, version: string): string {
  const statuses = Status.options;
  return [
    gauge(
      "mission_cells",
      "Mission cells by status.",
      statuses.map((status) => [{ status }, report.summary[status]]),
    ),
    gauge("mission_cells_resting", "Healthy mission cells that are paused or have ended.", [
      [{}, report.summary.resting],
    ]),
    gauge(
      "mission_cell_status",
      "1 for the status that a mission cell has, 0 for the others.",
      report.cells.flatMap(({ mission_id, status: now }) =>
        statuses.map((status): Sample => [{ mission_id, status }, status === now ? 1 : 0]),
      ),
    ),
    gauge(
      "mission_cell_last_heartbeat_timestamp_seconds",
      "Unix time of a mission cell's last heartbeat.",
      report.cells.flatMap(({ mission_id, last_heartbeat }): Sample[] =>
        last_heartbeat === null ? [] : [[{ mission_id }, seconds(last_heartbeat)]],
      ),
    ),
    gauge(
      "lazarus_pit_observer_suspect",
      "1 while so many cells fell silent at once that the observer is suspect.",
      [[{}, report.observer_suspect ? 1 : 0]],
    ),
    gauge("lazarus_pit_last_scan_timestamp_seconds", "Unix time of the scan.", [
      [{}, seconds(report.generated_at)],
    ]),
    gauge("lazarus_pit_scan_duration_seconds", "How long the scan took.", [
      [{}, report.duration_ms / 1000],
    ]),
    gauge("lazarus_pit_build_info", "The version of the Lazarus Pit.", [[{ version }, 1]]),
  ].join("");
}

function gauge(name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join("")}`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) =>
      `${name}="${value.replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`))}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const seconds = (timestamp: string) => (parseTimestamp(timestamp) ?? Number.NaN) / 1000;

/**
 * A fleet in the Prometheus text exposition format. Samples of each cell are on its own host only.
 *
 * @module
 */
import { HostState, type FleetOverview } from "../../contract/fleet-report.ts";
import { Status } from "../../contract/report.ts";
import {
  type ExpositionOrigin,
  gauge,
  originMetrics,
  type Sample,
  unixSeconds,
} from "../../scan/rules/exposition.ts";

/** The exposition. Targets often have labels `host` and `instance`. */
export function fleetMetrics(fleet: FleetOverview, origin: ExpositionOrigin): string {
  const { summary, hosts, suspect, twice, answered_at } = fleet;
  const cells = [...Status.options, "not_known" as const];
  return [
    gauge(
      "lazarus_pit_fleet_hosts",
      "Hosts of the fleet by state.",
      HostState.options.map((state) => [{ state }, summary.hosts[state]]),
    ),
    gauge(
      "lazarus_pit_fleet_cells",
      "Cells of live hosts by status; those of all other hosts are not_known.",
      cells.map((status) => [{ status }, summary.cells[status]]),
    ),
    gauge(
      "lazarus_pit_fleet_host_state",
      "1 for the state that a host has, 0 for the others.",
      hosts.flatMap(({ name, state: now }) =>
        HostState.options.map((state): Sample => [
          { fleet_host: name, state },
          state === now ? 1 : 0,
        ]),
      ),
    ),
    gauge(
      "lazarus_pit_fleet_host_cells",
      "Cells of a host by status; not_known unless the host is live.",
      hosts.flatMap((host) =>
        cells.map((status): Sample => [{ fleet_host: host.name, status }, cellsOf(host, status)]),
      ),
    ),
    gauge(
      "lazarus_pit_fleet_answered_timestamp_seconds",
      "Unix time at which anything last answered this view; 0 if nothing ever has.",
      [[{}, answered_at === null ? 0 : unixSeconds(answered_at)]],
    ),
    gauge("lazarus_pit_fleet_suspect", "1 while this view or the network is at fault.", [
      [{}, suspect ? 1 : 0],
    ]),
    gauge("lazarus_pit_fleet_twice", "Missions that several hosts show.", [[{}, twice.length]]),
    ...originMetrics(origin),
  ].join("");
}

type CellCount = Status | "not_known";

function cellsOf({ state, summary }: FleetOverview["hosts"][number], status: CellCount): number {
  if (summary === null) return 0;
  if (status === "not_known") return state === "live" ? 0 : summary.total;
  return state === "live" ? summary[status] : 0;
}

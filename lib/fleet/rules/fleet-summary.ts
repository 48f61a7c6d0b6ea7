/**
 * Counts the hosts and the cells of a fleet.
 *
 * @module
 */
import type { FleetHost, FleetSummary } from "../../contract/fleet-report.ts";

const CELL_STATUSES = ["healthy", "stale", "incomplete", "uninitialized", "resting"] as const;

/** Only the cells of live hosts count by status. */
export function countFleet(hosts: readonly FleetHost[]): FleetSummary {
  const summary: FleetSummary = {
    hosts: { total: hosts.length, live: 0, silent: 0, lost: 0, unreadable: 0, unknown: 0 },
    cells: {
      total: 0,
      healthy: 0,
      stale: 0,
      incomplete: 0,
      uninitialized: 0,
      resting: 0,
      not_known: 0,
    },
  };
  for (const host of hosts) countHost(summary, host);
  return summary;
}

function countHost({ hosts, cells }: FleetSummary, { state, summary }: FleetHost): void {
  hosts[state] += 1;
  cells.total += summary?.total ?? 0;
  if (state !== "live") cells.not_known += summary?.total ?? 0;
  else for (const status of CELL_STATUSES) cells[status] += summary?.[status] ?? 0;
}

/** Whether any host answered, whatever it said. */
export const hasAnswers = ({ hosts }: FleetSummary): boolean =>
  hosts.live + hosts.silent + hosts.unreadable > 0;

/**
 * How bad a fleet is for monitoring: `scan --fleet --check`, `/health` and the page agree.
 *
 * @module
 */
import type { FleetHost, FleetOverview } from "../../contract/fleet-report.ts";
import { statusCounts } from "../../verdict/display-status.ts";
import { hasAnswers } from "./fleet-summary.ts";
import { type CheckState, worstState } from "../../scan/rules/check-state.ts";

/** What the state of a fleet depends on. */
export type CheckedFleet = Pick<FleetOverview, "hosts" | "summary" | "suspect" | "twice">;

/**
 * CRITICAL for a critical cell that no suspicion covers, a host that is lost, silent or unreadable,
 * and a mission on two hosts; UNKNOWN while the view or a host is suspect, or nothing answers.
 */
export function checkFleet({ hosts, summary, suspect, twice }: CheckedFleet): CheckState {
  const isAnswered = hasAnswers(summary);
  return worstState([
    ...hosts.map((host) => checkHost(host, suspect || !isAnswered)),
    twice.length > 0 ? "CRITICAL" : "OK",
    !isAnswered || suspect ? "UNKNOWN" : "OK",
  ]);
}

/** The state of one host: the loss of most of them at once is the view's fault, not theirs. */
export function checkHost(host: FleetHost, isViewAtFault: boolean): CheckState {
  const { state, critical, warning, suspicion } = host;
  if (state === "unknown") return "UNKNOWN";
  if (state !== "live") return isViewAtFault ? "UNKNOWN" : "CRITICAL";
  if (critical > 0) return "CRITICAL";
  if (suspicion !== null) return "UNKNOWN";
  return warning > 0 ? "WARNING" : "OK";
}

/** The plugin's line, without a newline: state, counts, the worst host, performance data. */
export function fleetCheckLine(fleet: CheckedFleet): string {
  const state = checkFleet(fleet);
  const { hosts, cells } = fleet.summary;
  const counts = `${hosts.live} of ${hosts.total} hosts live; ${statusCounts(cells)}, ${cells.not_known} not known`;
  const why = state === "OK" ? "" : `; ${reason(fleet, state)}`;
  return `FLEET ${state} - ${counts}${why.replaceAll("|", "/")} | ${perfdata(fleet)}`;
}

function reason({ hosts, suspect, twice, summary }: CheckedFleet, state: CheckState): string {
  if (state === "UNKNOWN" && !hasAnswers(summary))
    return summary.hosts.total === 0 ? "it has no hosts" : `no host answers: ${firstReason(hosts)}`;
  if (state === "UNKNOWN" && suspect)
    return "most hosts went at the same time: this host or the network is suspect";
  const bad = hosts.find((host) => checkHost(host, suspect) === state);
  if (bad !== undefined) return hostReason(bad);
  const [both] = twice;
  return both === undefined ? "" : `${both.mission_id} is on ${both.hosts.join(" and ")}`;
}

const firstReason = (hosts: readonly FleetHost[]): string =>
  hosts[0] === undefined ? "" : hostReason(hosts[0]);

function hostReason({ name, state, why, suspicion, critical, warning }: FleetHost): string {
  if (state !== "live") return `${name} is ${state}: ${why ?? ""}`;
  if (critical > 0) return `${name} has ${critical} critical`;
  return suspicion === null ? `${name} has ${warning} with a warning` : `${name}: ${suspicion}`;
}

const perfdata = ({ summary }: CheckedFleet): string =>
  [...countsAs("hosts", summary.hosts), ...countsAs("cells", summary.cells)].join(" ");

const countsAs = (name: string, counts: Readonly<Record<string, number>>): string[] =>
  Object.entries(counts).map(([each, count]) => `${name}_${each}=${count}`);

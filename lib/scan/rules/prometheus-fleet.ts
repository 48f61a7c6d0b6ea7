/**
 * A daemon's part in a fleet as metrics.
 *
 * @module
 */
import { MemberFault, type MemberHealth, MemberState } from "../../contract/fleet-member.ts";
import { family, gauge, unixSeconds } from "./exposition.ts";

/** Nothing outside of a fleet. */
export function memberMetrics(member: MemberHealth | undefined): string[] {
  if (member === undefined) return [];
  const { state: now, confirmedAt, isHeld, errors } = member;
  return [
    gauge(
      "lazarus_pit_fleet_member_state",
      "1 for the state of this host in the fleet, 0 for the others: holding revives nothing.",
      MemberState.options.map((state) => [{ state }, state === now ? 1 : 0]),
    ),
    gauge(
      "lazarus_pit_fleet_confirmed_timestamp_seconds",
      "Unix time at which etcd last confirmed the missions of this host; 0 if it never has.",
      [[{}, confirmedAt === null ? 0 : unixSeconds(confirmedAt)]],
    ),
    gauge(
      "lazarus_pit_fleet_held",
      "1 while an operator of the fleet stops revivals on this host.",
      [[{}, isHeld ? 1 : 0]],
    ),
    family(
      "lazarus_pit_fleet_errors_total",
      "counter",
      "Failed attempts to publish to the fleet since the start, by kind.",
      MemberFault.options.map((kind) => [{ kind }, errors[kind] ?? 0]),
    ),
  ];
}

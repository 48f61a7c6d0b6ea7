/**
 * Whether the fleet lets this host revive a mission, and if not, why.
 *
 * @module
 */
import { describeDuration } from "../../base/duration.ts";
import { quoted } from "../../base/printable.ts";
import { parseTimestamp } from "../../base/time.ts";
import type { MemberState } from "../../contract/fleet-member.ts";
import type { FleetHold, MissionOrders } from "./records.ts";

/** What this host knows from etcd about one mission. */
export interface HomeFacts {
  /** The name of this host in the fleet. */
  readonly name: string;
  /** A hold on the fleet or on this host; undefined without one. */
  readonly hold: FleetHold | "unreadable" | undefined;
  readonly orders: MissionOrders | "unreadable" | undefined;
  /** The host that may revive it, as far as this one knows. */
  readonly home: string | undefined;
  /** That home is this host, and etcd confirmed it with the last confirmation. */
  readonly isConfirmed: boolean;
  /** Seconds since the last confirmation was sent; infinite before the first one. */
  readonly confirmedSeconds: number;
  /** How long this host may revive missions after a confirmation, in seconds. */
  readonly aloneSeconds: number;
  /** Why the last attempt to publish failed; undefined if it did not. */
  readonly failure?: string | undefined;
}

/** The state of this host; `hasFailed` is whether its last attempt to publish did. */
export function memberState(
  { confirmedSeconds, aloneSeconds }: Pick<HomeFacts, "confirmedSeconds" | "aloneSeconds">,
  hasFailed: boolean,
): MemberState {
  if (confirmedSeconds > aloneSeconds) return "holding";
  return hasFailed ? "alone" : "joined";
}

/** Why this host may not revive the mission now; undefined if it may. */
export function whyNotHere(facts: HomeFacts, id: string, now: Date): string | undefined {
  return holdReason(facts) ?? orderReason(facts, id, now) ?? homeReason(facts);
}

/** Why an order of the fleet stops all revivals here, and what ends that; undefined without one. */
export function holdReason({ hold, name }: Pick<HomeFacts, "hold" | "name">): string | undefined {
  if (hold === undefined) return undefined;
  const known: Partial<FleetHold> = hold === "unreadable" ? {} : hold;
  const until = known.until === undefined ? "" : ` until ${known.until}`;
  const reason = known.reason === undefined ? "" : `: ${quoted(known.reason)}`;
  return `an operator of the fleet stopped revivals here${until}${reason}; to start again, type: ${resumeCommand(hold, name)}`;
}

/** A hold that cannot be read may be that of the fleet, or of this host. */
function resumeCommand(hold: FleetHold | "unreadable", name: string): string {
  const command = "lazarus-pit fleet resume";
  if (hold === "unreadable") return `${command}, and ${command} --host ${name}`;
  return hold.host === undefined ? command : `${command} --host ${name}`;
}

function orderReason({ orders }: HomeFacts, id: string, now: Date): string | undefined {
  if (orders === undefined) return undefined;
  const lift = `to lift that, type: lazarus-pit fleet release ${id}`;
  if (orders === "unreadable") return `the fleet's orders for it cannot be read; ${lift}`;
  const { quarantine, snooze } = orders;
  if (quarantine !== undefined)
    return `it is quarantined in the fleet: ${quoted(quarantine.reason)}; ${lift}`;
  if (snooze === undefined) return undefined;
  const end = parseTimestamp(snooze.until) ?? Number.POSITIVE_INFINITY;
  return now.getTime() < end
    ? `waiting until ${snooze.until}: an operator of the fleet snoozed it; ${lift}`
    : undefined;
}

function homeReason(facts: HomeFacts): string | undefined {
  const { home, name, isConfirmed, confirmedSeconds, aloneSeconds, failure } = facts;
  const cause = failure === undefined ? "" : `: ${failure}`;
  if (home !== undefined && home !== name) return `its home is ${home}: it was there first`;
  if (!isConfirmed) return `etcd has not confirmed that its home is here${cause}`;
  if (confirmedSeconds <= aloneSeconds) return undefined;
  return `etcd has not answered for ${describeDuration(confirmedSeconds)}${cause}`;
}

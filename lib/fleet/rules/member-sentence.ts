/**
 * A host's part in the fleet in a sentence, for its page and for `supervise status`. Faults are told by
 * kind: the messages of errors name files of the host.
 *
 * @module
 */
import { describeDuration } from "../../base/duration.ts";
import type { MemberFault, ReportedMember } from "../../contract/fleet-member.ts";
import { holdReason, type HomeFacts, memberState } from "./revival.ts";

/** What the sentence is made of. */
export interface MemberFacts extends Pick<
  HomeFacts,
  "name" | "hold" | "confirmedSeconds" | "aloneSeconds"
> {
  /** When etcd last confirmed the missions of this host; undefined if it never has. */
  readonly confirmedAt: string | undefined;
  /** Why the last attempt to publish failed; undefined if it did not. */
  readonly fault: MemberFault | undefined;
}

const FAULTS: Readonly<Record<MemberFault, string>> = {
  unreachable: "etcd does not answer",
  denied: "etcd refuses its account",
  full: "the database of etcd is full",
  refused: "etcd refused a request",
  name_taken: "another host or process has its name",
  settings: "a file that its settings name cannot be used",
};
/** A daemon that publishes is confirmed at each round: without a fault it is not at work. */
const QUIET_SECONDS = 300;

/** The state of this host, and the sentence. */
export function reportedMember(facts: MemberFacts): ReportedMember {
  const { name, fault, confirmedSeconds, confirmedAt } = facts;
  const isQuiet = confirmedAt !== undefined && confirmedSeconds > QUIET_SECONDS;
  const state = memberState(facts, fault !== undefined || isQuiet);
  const held = holdReason(facts);
  const parts = [
    `In the fleet as ${name}: ${state}`,
    state === "joined" ? confirmedText(confirmedAt) : troubleText(facts, state === "alone"),
    held === undefined ? "" : `; ${held}`,
  ];
  return { state, warning: state !== "joined" || held !== undefined, text: parts.join("") };
}

/** The host of a daemon that does not run; `why` says how that is known. */
export const stoppedMember = (name: string, why: string): ReportedMember => ({
  state: "holding",
  warning: true,
  text: `In the fleet as ${name}: holding, and revives nothing: ${why}. Next: on this host, type systemctl start lazarus-pit, or supervise --fleet`,
});

const confirmedText = (at = ""): string => `, confirmed at ${at.slice(11, 19)} UTC`;

function troubleText(facts: MemberFacts, mayRevive: boolean): string {
  const { confirmedAt, confirmedSeconds, aloneSeconds, fault } = facts;
  if (confirmedAt === undefined && fault === undefined)
    return ", and revives nothing before etcd has confirmed its missions, which follows the first round";
  const since = confirmedAt === undefined ? "yet" : `since ${confirmedAt}`;
  const why = fault === undefined ? quietReason(facts) : FAULTS[fault];
  const left = describeDuration(aloneSeconds - confirmedSeconds);
  const effect = mayRevive ? `revives for ${left} more, and then holds` : "revives nothing";
  return `, and ${effect}: etcd has not confirmed its missions ${since}, because ${why}. ${nextStep(facts)}`;
}

/** Without a fault and with news, only the host's time alone can be over. */
const quietReason = ({ confirmedSeconds, aloneSeconds }: MemberFacts): string =>
  confirmedSeconds > QUIET_SECONDS
    ? "its supervise has published nothing"
    : `fleet_alone_seconds (${aloneSeconds}) is shorter than the time between two confirmations`;

function nextStep({ fault, confirmedSeconds }: MemberFacts): string {
  if (fault === undefined)
    return confirmedSeconds > QUIET_SECONDS
      ? "Next: on this host, see its journal: journalctl -u lazarus-pit"
      : "Next: set fleet_alone_seconds to several rounds";
  return fault === "name_taken"
    ? "Next: wait if this host has just started; else forget the other one, or give this host another fleet_name; lazarus-pit fleet hosts shows all"
    : "Next: on this host, type lazarus-pit fleet check";
}

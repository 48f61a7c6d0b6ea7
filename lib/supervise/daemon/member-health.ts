/**
 * What the daemon's metrics tell about its part in a fleet.
 *
 * @module
 */
import type { OperatorError } from "../../base/errors.ts";
import type { MemberFault, MemberHealth } from "../../contract/fleet-member.ts";
import { EtcdError } from "../../fleet/etcd/etcd-error.ts";
import type { Membership } from "../../fleet/etcd/membership.ts";
import { NameTaken } from "../../fleet/etcd/session.ts";
import { reportedMember } from "../../fleet/rules/member-sentence.ts";

export interface MemberRecord {
  /** Notes how an attempt to publish ended. */
  note(failure: OperatorError | undefined): void;
  /** Why the last one did not confirm the missions; undefined if it did. */
  readonly fault: MemberFault | undefined;
  /** As of now. */
  readonly health: () => MemberHealth;
}

export function createMemberRecord(member: Membership): MemberRecord {
  const errors = new Map<MemberFault, number>();
  let fault: MemberFault | undefined;
  return {
    note(failure) {
      fault = failure === undefined ? passingFault(member) : kindOf(failure);
      if (failure !== undefined && fault !== undefined)
        errors.set(fault, 1 + (errors.get(fault) ?? 0));
    },
    get fault() {
      return fault;
    },
    health() {
      const facts = member.factsFor("");
      const sentAt = member.confirmed?.sentAt;
      const confirmedAt = sentAt === undefined ? undefined : new Date(sentAt.wallMs).toISOString();
      const reported = reportedMember({ ...facts, confirmedAt, fault });
      return {
        state: reported.state,
        confirmedAt: confirmedAt ?? null,
        isHeld: facts.hold !== undefined,
        errors: Object.fromEntries(errors),
        reported,
      };
    },
  };
}

/** That another has the name may pass, so at first it does not fail; nothing is revived meanwhile. */
const passingFault = (member: Membership): MemberFault | undefined =>
  member.factsFor("").failure === undefined ? undefined : "name_taken";

function kindOf(error: OperatorError): MemberFault {
  if (error instanceof NameTaken) return "name_taken";
  return error instanceof EtcdError ? error.etcdFault : "settings";
}

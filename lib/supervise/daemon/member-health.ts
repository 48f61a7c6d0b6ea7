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
import { memberState } from "../../fleet/rules/revival.ts";

export interface MemberRecord {
  /** Notes how an attempt to publish ended. */
  note(failure: OperatorError | undefined): void;
  /** As of now. */
  readonly health: () => MemberHealth;
}

export function createMemberRecord(member: Membership): MemberRecord {
  const errors = new Map<MemberFault, number>();
  let hasFailed = false;
  return {
    note(failure) {
      hasFailed = failure !== undefined;
      if (failure === undefined) return;
      const kind = kindOf(failure);
      errors.set(kind, 1 + (errors.get(kind) ?? 0));
    },
    health() {
      const facts = member.factsFor("");
      const sentAt = member.confirmed?.sentAt;
      return {
        state: memberState(facts, hasFailed),
        confirmedAt: sentAt === undefined ? null : new Date(sentAt.wallMs).toISOString(),
        isHeld: facts.hold !== undefined,
        errors: Object.fromEntries(errors),
      };
    },
  };
}

function kindOf(error: OperatorError): MemberFault {
  if (error instanceof NameTaken) return "name_taken";
  return error instanceof EtcdError ? error.etcdFault : "settings";
}

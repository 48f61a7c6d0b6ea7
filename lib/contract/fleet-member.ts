/**
 * What a daemon in a fleet with etcd tells about its part in it.
 *
 * @module
 */
import * as v from "valibot";

/**
 * - `joined`: etcd confirmed this host's missions in the last attempt.
 * - `alone`: the last attempt failed; the host goes on reviving for its time.
 * - `holding`: etcd has never confirmed them, or too long ago: nothing is revived.
 */
export const MemberState = v.picklist(["joined", "alone", "holding"]);
export type MemberState = v.InferOutput<typeof MemberState>;

/** Why an attempt to publish failed; `settings` is a file of this host that cannot be used. */
export const MemberFault = v.picklist([
  "unreachable",
  "denied",
  "full",
  "refused",
  "name_taken",
  "settings",
]);
export type MemberFault = v.InferOutput<typeof MemberFault>;

/** A host's own account of its part in a fleet with etcd; absent from reports outside of one. */
export const ReportedMember = v.object({
  state: MemberState,
  /** It is not joined, or an order of the fleet stops its revivals. */
  warning: v.boolean(),
  /** For people: since when, why, and what to do. */
  text: v.string(),
});
export type ReportedMember = v.InferOutput<typeof ReportedMember>;

export interface MemberHealth {
  readonly state: MemberState;
  /** When etcd last confirmed the missions of this host; null if it never has. */
  readonly confirmedAt: string | null;
  /** An operator's order stops revivals on this host. */
  readonly isHeld: boolean;
  /** Failed attempts since the start. */
  readonly errors: Readonly<Partial<Record<MemberFault, number>>>;
  readonly reported: ReportedMember;
}

/**
 * What the decision about an accepted issue depends on.
 *
 * @module
 */
import type { KnownAccounts } from "./accepters.ts";
import type { TimelineEntry, TrackedIssue } from "./gitea.ts";

/** A comment that the bridge posted earlier, proven by its signature. `made` means created. */
export interface SignedComment {
  readonly kind: "made" | "refused" | "waiting" | "ended";
  /** The acceptance that it is about: the id of its timeline entry. */
  readonly acceptance: number;
  /** The mission's id if `made` or `ended`; otherwise the digest of the issue's body. */
  readonly idOrDigest: string;
}

/** Whether an id has no cell (`free`), the cell of this issue (`ours`), or that of another origin. */
export type CellOwnership = "free" | "ours" | "other";

/** An accepted issue with everything that the decision needs. */
export interface AcceptanceInput {
  readonly issue: TrackedIssue;
  readonly timeline: readonly TimelineEntry[];
  readonly comments: readonly SignedComment[];
  /** Comments like those of a bridge, which are not signed with a key of this one. */
  readonly foreignComments: readonly TimelineEntry[];
  /** The logins of the accounts that may accept, and the numbers of those that were seen. */
  readonly allow: readonly string[];
  readonly knownAccounts: KnownAccounts;
  /** The logins of bots, whose changes after the acceptance do not count. */
  readonly ignore: readonly string[];
  /** The id derived from the issue: the mission's if the proposal requests none. */
  readonly derivedId: string;
  /** The id of the mission whose creation was started, as this host recorded it. */
  readonly recordedId: string | undefined;
  /** The digest of the issue's body. */
  readonly digest: string;
  readonly ownershipOf: (id: string) => CellOwnership;
  /** True if the mission of an existing cell has ended. */
  readonly hasEnded: (id: string) => boolean;
  /** Finds a mission whose cell names this issue as its source. */
  readonly findMissionOfIssue: () => string | undefined;
}

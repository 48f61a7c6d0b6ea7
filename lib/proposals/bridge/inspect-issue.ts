/**
 * Inspecting an accepted issue: its current state, our comments on it, and the decision.
 *
 * @module
 */
import { OperatorError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { checkAccepterOf } from "../form/accepters.ts";
import { type Decision, decide, hasLabel, type OtherAnswer } from "../form/acceptance.ts";
import type { SignedComment } from "../form/acceptance-input.ts";
import { LABELS, type ListedIssue, type TimelineEntry, type TrackedIssue } from "../form/gitea.ts";
import type { Root } from "../../host/files/directory.ts";
import { type CreationOptions, derivedMissionId } from "./proposed-cell.ts";
import { digestOf, foreignComments, signedComments } from "../tracker/comment-signature.ts";
import { hasMissionEnded, missionsFromIssue } from "./issue-missions.ts";
import { readKnownAccounts, recordAccounts } from "./known-accounts.ts";
import { readRecord, type RecordsPaths } from "./records.ts";
import { cellOwnership } from "./cell-ownership.ts";
import type { Tracker } from "../tracker/tracker.ts";
import type { PassLock } from "./pass-lock.ts";

/** The limits of a pass. Times are in milliseconds. */
export interface PassLimits {
  /** A repository's first attempt to clone: a slow one is retried after the others. */
  readonly firstCloneMs: number;
  /** Any later attempt. */
  readonly retryCloneMs: number;
  /** All clones of a pass together. */
  readonly allClonesMs: number;
  /** A clone's size, and its number of files and directories. */
  readonly bytes: number;
  readonly entries: number;
  /** Waiting for the pass lock: at the start of a pass, and around a clone. */
  readonly startWaitMs: number;
  readonly reacquireWaitMs: number;
}

/** The connection of a tracker with a root. */
export interface Bridge {
  readonly tracker: Tracker;
  /** The key for signing comments, then older ones. */
  readonly keys: readonly [string, ...string[]];
  readonly allow: readonly string[];
  /** The logins of bots, whose changes after an acceptance do not count. */
  readonly ignore: readonly string[];
  readonly root: Root;
  /** Where this host's records of issues are. */
  readonly state: RecordsPaths;
  /** Held while commenting on an issue, and when a cell appears. */
  readonly passLock: PassLock;
  /** Held while cloning. */
  readonly cloneLock: PassLock;
  readonly creation: CreationOptions;
  readonly limits: PassLimits;
}

export interface InspectedIssue {
  readonly issue: TrackedIssue;
  readonly comments: readonly SignedComment[];
  readonly decision: Decision;
}

/**
 * Inspects an issue that is labelled as accepted.
 *
 * @throws {OperatorError} when a call of the tracker fails, the record cannot be read, or another
 *   bridge may have answered the acceptance.
 */
export async function inspectIssue(bridge: Bridge, listed: ListedIssue): Promise<InspectedIssue> {
  // The issue is read after its timeline, so that a change in between counts as one.
  const timeline = await bridge.tracker.timeline(listed);
  const issue = await bridge.tracker.issue(listed);
  const comments = signedComments(bridge.keys, issue, timeline);
  const decision = skipReason(issue) ?? decideOn(bridge, issue, timeline, comments);
  if (decision.action === "other-answer") throw answeredByOther(issue, decision);
  return { issue, comments, decision };
}

/** An error, because a proposal that anyone can stop by a comment must not stop silently. */
const answeredByOther = ({ number }: TrackedIssue, { accounts }: OtherAnswer): OperatorError =>
  new OperatorError(
    "data_error",
    `Cannot process issue ${number}: another bridge, or a comment that looks like its own, has answered this acceptance (by ${accounts.slice(0, 5).map(quoted).join(", ")})`,
    `run one bridge with one root per repository; if no other one runs, review the issue, and set ${LABELS.accepted} again`,
  );

function skipReason(issue: TrackedIssue): Decision | undefined {
  if (!hasLabel(issue, LABELS.accepted)) return { action: "none", why: "the label was removed" };
  return issue.state === "open" ? undefined : { action: "none", why: "it is closed" };
}

function decideOn(
  { tracker, root, state, keys, allow, ignore, creation }: Bridge,
  issue: TrackedIssue,
  timeline: readonly TimelineEntry[],
  comments: readonly SignedComment[],
): Decision | OtherAnswer {
  const { mission: recorded } = readRecord(state, issue);
  const knownAccounts = readKnownAccounts(state, tracker.url);
  const accepter = checkAccepterOf(timeline, allow, knownAccounts);
  // Before anything is done for the account: the next pass must not take another one for it.
  if (accepter?.isAllowed && accepter.toRecord && !creation.dryRun)
    recordAccounts(state, tracker.url, { ...knownAccounts, ...accepter.toRecord });
  const origin = { source: issue.html_url, derivedId: derivedMissionId(issue), recorded };
  return decide({
    issue,
    timeline,
    comments,
    foreignComments: foreignComments(keys, issue, timeline),
    allow,
    knownAccounts,
    ignore,
    derivedId: origin.derivedId,
    recordedId: recorded?.mission_id,
    digest: digestOf(issue.body),
    ownershipOf: (id) => cellOwnership(root, id, origin),
    hasEnded: (id) => hasMissionEnded(root, id),
    findMissionOfIssue: () => missionsFromIssue(root, issue.html_url)[0],
  });
}

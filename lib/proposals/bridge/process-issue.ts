/**
 * Processing an accepted issue: the cell, the comment, the label.
 *
 * If this process is killed between two of them, the next pass finds out from the root, the
 * issue and this host's record which are done.
 *
 * @module
 */
import type { ListedIssue } from "../form/gitea.ts";
import type { CloneLimits } from "../../git/clone-limits.ts";
import { isResponseTooLarge } from "../tracker/api-errors.ts";
import { type Bridge, inspectIssue, type InspectedIssue } from "./inspect-issue.ts";
import { createMission } from "./create-mission.ts";
import { issueResult, previewResult, type Result } from "./result.ts";
import {
  completeAcceptance,
  refuseProposal,
  refuseTooLong,
  wasReportedWaiting,
} from "./comments.ts";

/** An issue that needs a clone, which comes after the issues that need none. */
export interface DeferredClone {
  readonly issue: ListedIssue;
  /** An earlier attempt to clone has failed. */
  readonly isRetry: boolean;
}

export const isDeferred = (result: Result | DeferredClone): result is DeferredClone =>
  "isRetry" in result;

/**
 * Processes one accepted issue. If it needs a clone, it is deferred unless `limits` are given.
 * The pass lock is held before and after.
 *
 * @throws {OperatorError} when a call of the tracker or a write on this host fails.
 */
export async function processIssue(
  bridge: Bridge,
  listed: ListedIssue,
  limits?: CloneLimits,
): Promise<Result | DeferredClone> {
  const inspected = await inspectIssue(bridge, listed).catch((error: unknown) => {
    if (isResponseTooLarge(error)) return undefined;
    throw error;
  });
  if (inspected === undefined) return refuseTooLong(bridge, listed);
  return bridge.creation.dryRun
    ? previewResult(inspected.issue, inspected.decision)
    : execute(bridge, inspected, limits);
}

async function execute(
  bridge: Bridge,
  inspected: InspectedIssue,
  limits: CloneLimits | undefined,
): Promise<Result | DeferredClone> {
  const { issue, decision, comments } = inspected;
  switch (decision.action) {
    case "none":
      return issueResult(issue, "nothing", decision.why);
    case "unlabel":
    case "refuse":
      return refuseProposal(bridge, inspected, decision);
    case "create":
      return decision.proposal.repository !== undefined && limits === undefined
        ? { issue, isRetry: wasReportedWaiting(comments, decision.acceptance.id) }
        : createMission(bridge, inspected, decision, limits);
    default:
      return completeAcceptance(bridge, inspected, decision);
  }
}

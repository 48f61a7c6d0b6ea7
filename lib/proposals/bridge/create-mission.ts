/**
 * Creating the cell of an accepted issue.
 *
 * The pass lock is released while cloning, so that other passes can run. Right before the cell
 * appears, the lock is acquired again and the issue is inspected again: unless the same body is
 * still accepted, no cell appears.
 *
 * @module
 */
import { type Decision, isUnchanged } from "../form/acceptance.ts";
import { defined } from "../../base/defined.ts";
import { describeDuration } from "../../base/duration.ts";
import { OperatorError } from "../../base/errors.ts";
import { type CloneLimits, describeExceeded } from "../../git/clone-limits.ts";
import { type CloneFlaw, cloneFlawOf } from "../../git/git-error.ts";
import {
  CLONE_LIMITS,
  type CloneOptions,
  createRequestedCell,
  derivedMissionId,
  idTaken,
} from "./proposed-cell.ts";
import { type Bridge, inspectIssue, type InspectedIssue } from "./inspect-issue.ts";
import { readRecord, updateRecord } from "./records.ts";
import { issueResult, type Result } from "./result.ts";
import { cellOwnership } from "./cell-ownership.ts";
import { completeAcceptance, refuseProposal, reportWaiting } from "./comments.ts";

type CreateDecision = Decision & { action: "create" };

/**
 * Creates the cell of a decision, comments on the issue and moves its label; or comments why
 * not. The pass lock is held before and after.
 *
 * @throws {OperatorError} when a call of the tracker or a write on this host fails.
 */
export async function createMission(
  bridge: Bridge,
  inspected: InspectedIssue,
  decision: CreateDecision,
  limits: CloneLimits = CLONE_LIMITS,
): Promise<Result> {
  try {
    return await createAndComment(bridge, inspected, decision, limits);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.cause !== CHANGED) throw error;
    return issueResult(inspected.issue, "nothing", error.message);
  }
}

async function createAndComment(
  bridge: Bridge,
  inspected: InspectedIssue,
  decision: CreateDecision,
  limits: CloneLimits,
): Promise<Result> {
  let current = inspected;
  const confirm = async () => {
    current = await inspectAgain(bridge, inspected, decision);
    recordStart(bridge, current, decision);
  };
  try {
    if (decision.proposal.repository !== undefined) bridge.passLock.release();
    await createCellOfIssue(bridge, inspected, decision, { limits, confirm });
  } catch (error) {
    const flaw = cloneFlawOf(error);
    if (flaw === undefined) throw error;
    const failure = { flaw, limits, error: error as OperatorError };
    return handleCloneFailure(bridge, inspected, decision, failure);
  }
  return completeAcceptance(bridge, current, decision);
}

/** The cause of the error for an issue that has changed. */
const CHANGED = "changed";

/** Acquires the pass lock, and checks that the decision still holds. */
async function inspectAgain(
  bridge: Bridge,
  { issue }: InspectedIssue,
  decision: CreateDecision,
): Promise<InspectedIssue> {
  await bridge.passLock.acquire(bridge.limits.reacquireWaitMs);
  const current = await inspectIssue(bridge, issue);
  if (isUnchanged(decision, current.decision)) return current;
  throw new OperatorError(
    "data_error",
    "it was changed, or its acceptance withdrawn, while its cell was created",
    "the next pass inspects it again",
    { cause: CHANGED },
  );
}

/** Records which mission belongs to the issue, before its cell appears. */
function recordStart(
  { state }: Bridge,
  { issue }: InspectedIssue,
  { id, proposal, digest }: CreateDecision,
): void {
  const { title, objective, repository, ref } = proposal;
  const source = defined({ repository, ref });
  const mission = { mission_id: id, title, objective, ...source, body_sha256: digest };
  updateRecord(state, issue, { mission });
}

async function createCellOfIssue(
  { root, state, creation }: Bridge,
  { issue }: InspectedIssue,
  { id, proposal }: CreateDecision,
  clone: CloneOptions,
): Promise<void> {
  const source = issue.html_url;
  const { outcome } = await createRequestedCell(root, { id, proposal, source }, creation, clone);
  if (outcome !== "exists") return;
  // Another process has created a cell with that id since the inspection.
  const { mission: recorded } = readRecord(state, issue);
  const origin = { source, derivedId: derivedMissionId(issue), recorded };
  if (cellOwnership(root, id, origin) === "other") throw idTaken(id);
}

interface CloneFailure {
  readonly flaw: CloneFlaw;
  readonly limits: CloneLimits;
  readonly error: OperatorError;
}

/** Refuses a repository that exceeds a limit; any other failed clone is retried by a later pass. */
async function handleCloneFailure(
  bridge: Bridge,
  inspected: InspectedIssue,
  decision: CreateDecision,
  { flaw, limits, error }: CloneFailure,
): Promise<Result> {
  const current = await inspectAgain(bridge, inspected, decision);
  const { acceptance } = decision;
  const why = refusalReason(flaw, limits, bridge.limits.retryCloneMs);
  if (why === undefined) return reportWaiting(bridge, current, acceptance.id, error);
  return refuseProposal(bridge, current, { acceptance, reasons: [`Repository: ${why}`] });
}

/** Why a repository is refused; undefined if the clone is retried. `maxMs` is the longest limit. */
function refusalReason(flaw: CloneFlaw, limits: CloneLimits, maxMs: number): string | undefined {
  if (flaw === "out-of-memory") return "git needs more memory for it than the limit";
  if (flaw === "large" || flaw === "too-many-files") return describeExceeded(flaw, limits);
  return flaw === "slow" && limits.ms >= maxMs
    ? `it could not be cloned within ${describeDuration(limits.ms / 1000)}`
    : undefined;
}

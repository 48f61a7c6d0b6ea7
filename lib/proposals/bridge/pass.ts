/**
 * One pass over the issues of a tracker: first issues that need no clone, then those with one.
 *
 * @module
 */
import { hasLabel } from "../form/acceptance.ts";
import { OperatorError } from "../../base/errors.ts";
import { LABELS, type ListedIssue } from "../form/gitea.ts";
import { isDeferred, type DeferredClone, processIssue } from "./process-issue.ts";
import { reportMissionEnd } from "./report-mission-end.ts";
import { retriesLast, processDeferred } from "./clone-queue.ts";
import { isMissingLabel } from "../tracker/labels.ts";
import type { Bridge } from "./inspect-issue.ts";
import { endedMissions } from "./issue-missions.ts";
import { type Result, issueResult } from "./result.ts";

/** The results of a pass, and the errors of the issues that failed. */
export interface PassReport {
  readonly results: readonly Result[];
  readonly errors: readonly OperatorError[];
}

interface PassProgress {
  readonly results: Result[];
  readonly errors: OperatorError[];
}

/**
 * Creates the cells of accepted issues that need no clone, reports ended missions on their
 * issues, then creates the cells that need a clone. An issue that fails does not stop the others,
 * unless the tracker is overloaded.
 *
 * @throws {OperatorError} when another pass is running, or the accepted issues cannot be listed.
 */
export async function runPass(bridge: Bridge): Promise<PassReport> {
  const progress: PassProgress = { results: [], errors: [] };
  try {
    await bridge.passLock.acquire(bridge.limits.startWaitMs);
    const deferred = await processWithoutClones(bridge, progress);
    bridge.passLock.release();
    const until = performance.now() + bridge.limits.allClonesMs;
    if (!progress.errors.some(stopsPass))
      await forEachIssue(retriesLast(deferred), progress, issueOf, (one) =>
        processDeferred(bridge, one, until),
      );
  } finally {
    bridge.passLock.release();
    bridge.cloneLock.release();
  }
  const results = progress.results.toSorted((one, other) => one.issue - other.issue);
  return { results, errors: progress.errors };
}

/** Processes accepted and active issues; returns those that need a clone. */
async function processWithoutClones(
  bridge: Bridge,
  progress: PassProgress,
): Promise<DeferredClone[]> {
  const deferred: DeferredClone[] = [];
  const list = bridge.tracker.issues(LABELS.accepted, "open");
  const accepted = await collecting(progress, list, isMissingLabel);
  await forEachIssue(accepted, progress, identity, async (issue) => {
    const result = await processIssue(bridge, issue);
    if (!isDeferred(result)) return result;
    deferred.push(result);
    return undefined;
  });
  if (!progress.errors.some(stopsPass)) await reportEnds(bridge, progress);
  return deferred;
}

/** The list; empty after an error that `isKept` accepts: the pass keeps it, and continues. */
async function collecting(
  { errors }: PassProgress,
  list: Promise<ListedIssue[]>,
  isKept: (error: unknown) => error is OperatorError,
): Promise<ListedIssue[]> {
  try {
    return await list;
  } catch (error) {
    if (!isKept(error)) throw error;
    errors.push(error);
    return [];
  }
}

const isOperatorError = (error: unknown): error is OperatorError => error instanceof OperatorError;

async function reportEnds(bridge: Bridge, progress: PassProgress): Promise<void> {
  // By now missions were created, which the report of this pass has to name; others await a clone.
  const list = bridge.tracker.issues(LABELS.active, "all");
  const listed = await collecting(progress, list, isOperatorError);
  const active = listed.filter((issue) => !hasLabel(issue, LABELS.accepted));
  const ended = active.length === 0 ? [] : endedMissions(bridge.root);
  await forEachIssue(active, progress, identity, (issue) => reportMissionEnd(bridge, issue, ended));
}

const identity = (issue: ListedIssue): ListedIssue => issue;
const issueOf = ({ issue }: DeferredClone): ListedIssue => issue;

async function forEachIssue<T>(
  all: readonly T[],
  { results, errors }: PassProgress,
  issueIn: (one: T) => ListedIssue,
  processOne: (one: T) => Promise<Result | undefined>,
): Promise<void> {
  for (const one of all) {
    try {
      const result = await processOne(one);
      if (result !== undefined) results.push(result);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      errors.push(error);
      results.push(issueResult(issueIn(one), "failed", error.message));
      if (stopsPass(error)) return;
    }
  }
}

/** True for an overloaded tracker, or an interrupt: the rest is left to the next pass. */
const stopsPass = ({ fault }: OperatorError): boolean => fault === "try_again";

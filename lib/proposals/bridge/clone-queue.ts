/**
 * The second half of a pass: the issues that need a clone. One pass clones at a time; others
 * meanwhile process the issues that need none.
 *
 * @module
 */
import { type DeferredClone, isDeferred, processIssue } from "./process-issue.ts";
import type { Bridge } from "./inspect-issue.ts";
import { issueResult, type Result } from "./result.ts";

/** With less time left, a clone is left to the next pass. */
const MIN_CLONE_MS = 5000;

/** Sorts retries to the end, so that a slow repository does not delay the others. */
export const retriesLast = (all: readonly DeferredClone[]): DeferredClone[] =>
  all.toSorted((one, other) => Number(one.isRetry) - Number(other.isRetry));

/**
 * Processes one issue that needs a clone, until the time `until` of performance.now().
 *
 * @throws {OperatorError} when a call of the tracker or a write on this host fails.
 */
export async function processDeferred(
  bridge: Bridge,
  { issue, isRetry }: DeferredClone,
  until: number,
): Promise<Result> {
  const { passLock, cloneLock, limits } = bridge;
  const wait = (why: string) => issueResult(issue, "waiting", why);
  if (!cloneLock.tryAcquire()) return wait("another pass is cloning");
  const left = until - performance.now();
  if (left < Math.min(MIN_CLONE_MS, limits.firstCloneMs)) return wait("left to the next pass");
  const ms = Math.min(left, isRetry ? limits.retryCloneMs : limits.firstCloneMs);
  try {
    await passLock.acquire(limits.reacquireWaitMs);
    const result = await processIssue(bridge, issue, {
      ms,
      bytes: limits.bytes,
      entries: limits.entries,
    });
    return isDeferred(result)
      ? wait("it now needs a clone, which is left to the next pass")
      : result;
  } finally {
    passLock.release();
  }
}

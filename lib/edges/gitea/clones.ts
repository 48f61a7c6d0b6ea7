/**
 * The second half of a pass: the cells that need a clone. One pass clones at a time; others go
 * by meanwhile, and deal with what needs none.
 *
 * @module
 */
import { isLater, type Later, settle } from "./accept.ts";
import type { Bridge } from "./look.ts";
import { type Result, resultOf } from "./result.ts";

/** Less time than this is left for the next pass. */
const LEAST_MS = 5000;

/** Those that failed before come last: what is slow holds up no other. */
export const inOrder = (all: readonly Later[]): Later[] =>
  all.toSorted((one, other) => Number(one.tried) - Number(other.tried));

/**
 * Deals with one issue that needs a clone, with the time that is left of `until`, which is of
 * performance.now().
 *
 * @throws {OperatorError} when the tracker or this host stood in the way.
 */
export async function settleLater(
  bridge: Bridge,
  { issue, tried }: Later,
  until: number,
): Promise<Result> {
  const { turn, cloning, limits } = bridge;
  const wait = (why: string) => resultOf(issue, "waiting", why);
  if (!cloning.take()) return wait("another pass is cloning");
  const left = until - performance.now();
  if (left < Math.min(LEAST_MS, limits.firstMs)) return wait("the next pass has time for it");
  const ms = Math.min(left, tried ? limits.cloneMs : limits.firstMs);
  try {
    await turn.hold(limits.returnMs);
    const settled = await settle(bridge, issue, { ms, bytes: limits.bytes });
    return isLater(settled) ? wait("it has just become one to clone") : settled;
  } finally {
    turn.release();
  }
}

/**
 * Taking an accepted issue the steps that are missing: the cell, a word on it, the label.
 *
 * Killed between any two of them, the next pass finds in the root, in the issue itself, and in
 * what this host remembers what was done.
 *
 * @module
 */
import type { ListedIssue } from "../../schemas/gitea.ts";
import type { Bounds } from "../host/bounds.ts";
import { isTooLarge } from "./answer.ts";
import { type Bridge, look, type Seen } from "./look.ts";
import { make } from "./make.ts";
import { foresee, type Result, resultOf } from "./result.ts";
import { finish, isWaiting, refuse, refuseUnread } from "./words.ts";

/** An issue whose repository is yet to be cloned. */
export interface Later {
  readonly issue: ListedIssue;
  /** That did not go well before. */
  readonly tried: boolean;
}

export const isLater = (settled: Result | Later): settled is Later => "tried" in settled;

/**
 * Deals with one issue that was labelled as accepted; where it needs a clone, only if there are
 * `bounds` for one. The turn is held before and after.
 *
 * @throws {OperatorError} when the tracker or this host stood in the way.
 */
export async function settle(
  bridge: Bridge,
  listed: ListedIssue,
  bounds?: Bounds,
): Promise<Result | Later> {
  const seen = await look(bridge, listed).catch((error: unknown) => {
    if (isTooLarge(error)) return undefined;
    throw error;
  });
  if (seen === undefined) return refuseUnread(bridge, listed);
  return bridge.making.dryRun ? foresee(seen.issue, seen.decision) : act(bridge, seen, bounds);
}

async function act(
  bridge: Bridge,
  seen: Seen,
  bounds: Bounds | undefined,
): Promise<Result | Later> {
  const { issue, decision, marks } = seen;
  switch (decision.step) {
    case "nothing":
      return resultOf(issue, "nothing", decision.why);
    case "unlabel":
      return refuse(bridge, seen, undefined);
    case "refuse":
      return refuse(bridge, seen, decision);
    case "make":
      return decision.proposal.repository !== undefined && bounds === undefined
        ? { issue, tried: isWaiting(marks, decision.acceptance.id) }
        : make(bridge, seen, decision, bounds);
    default:
      return finish(bridge, seen, decision);
  }
}

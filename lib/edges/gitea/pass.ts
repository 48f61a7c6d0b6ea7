/**
 * One pass over the issues of a tracker: what is quick first, then what needs a clone.
 *
 * @module
 */
import { hasLabel } from "../../rules/acceptance.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { LABELS, type ListedIssue } from "../../schemas/gitea.ts";
import { isLater, type Later, settle } from "./accept.ts";
import { tellEnd } from "./back.ts";
import { inOrder, settleLater } from "./clones.ts";
import type { Bridge } from "./look.ts";
import { missionsOver } from "./missions.ts";
import { type Result, resultOf } from "./result.ts";

/** What a pass did, and why it could not do more. */
export interface Passed {
  readonly results: readonly Result[];
  readonly errors: readonly OperatorError[];
}

interface Passing {
  readonly results: Result[];
  readonly errors: OperatorError[];
}

/**
 * Makes the cells of accepted issues that need no clone, tells issues of missions that are over,
 * then makes the other cells. An issue that fails holds up no other, unless the tracker asks
 * for peace.
 *
 * @throws {OperatorError} when another pass is at work, or the issues cannot be listed.
 */
export async function makePass(bridge: Bridge): Promise<Passed> {
  const passing: Passing = { results: [], errors: [] };
  const later: Later[] = [];
  try {
    await bridge.turn.hold(bridge.limits.turnMs);
    await goOver(bridge, passing, later);
    bridge.turn.release();
    const until = performance.now() + bridge.limits.clonesMs;
    if (!passing.errors.some(isPlea))
      await each(inOrder(later), passing, issueOf, (one) => settleLater(bridge, one, until));
  } finally {
    bridge.turn.release();
    bridge.cloning.release();
  }
  const results = passing.results.toSorted((one, other) => one.issue - other.issue);
  return { results, errors: passing.errors };
}

async function goOver(bridge: Bridge, passing: Passing, later: Later[]): Promise<void> {
  const accepted = await bridge.tracker.issues(LABELS.accepted, "open");
  await each(accepted, passing, asIs, async (issue) => {
    const settled = await settle(bridge, issue);
    if (!isLater(settled)) return settled;
    later.push(settled);
    return undefined;
  });
  if (passing.errors.some(isPlea)) return;
  const listed = await bridge.tracker.issues(LABELS.active, "all");
  const active = listed.filter((issue) => !hasLabel(issue, LABELS.accepted));
  const over = active.length === 0 ? [] : missionsOver(bridge.root);
  await each(active, passing, asIs, (issue) => tellEnd(bridge, issue, over));
}

const asIs = (issue: ListedIssue): ListedIssue => issue;
const issueOf = ({ issue }: Later): ListedIssue => issue;

async function each<T>(
  all: readonly T[],
  { results, errors }: Passing,
  issueIn: (one: T) => ListedIssue,
  deal: (one: T) => Promise<Result | undefined>,
): Promise<void> {
  for (const one of all) {
    try {
      const result = await deal(one);
      if (result !== undefined) results.push(result);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      errors.push(error);
      results.push(resultOf(issueIn(one), "failed", error.message));
      if (isPlea(error)) return;
    }
  }
}

/** The tracker, or whoever interrupted us, wants no more for now. */
const isPlea = ({ fault }: OperatorError): boolean => fault === "try_again";

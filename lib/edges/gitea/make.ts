/**
 * Making the cell of an accepted issue.
 *
 * A clone takes its time, and holds up nobody: the turn is let go of meanwhile. Right before
 * the cell appears it is taken again, and the issue looked at once more: what was accepted
 * then still is, by its very text, or nothing appears.
 *
 * @module
 */
import { type Decision, isSame } from "../../rules/acceptance.ts";
import { describeDuration } from "../../rules/duration.ts";
import { OperatorError } from "../../schemas/errors.ts";
import type { Bounds } from "../host/bounds.ts";
import { type CloneFlaw, cloneFlawOf } from "../host/git-call.ts";
import { type Care, CLONE_BOUNDS, makeWanted, missionOf, taken } from "./cell.ts";
import { type Bridge, look, type Seen } from "./look.ts";
import { recall, remember } from "./records.ts";
import { type Result, resultOf } from "./result.ts";
import { standing } from "./standing.ts";
import { finish, refuse, waitFor } from "./words.ts";

type Make = Decision & { step: "make" };

/**
 * Makes the cell that was decided on, says so, and moves the label; or says why not. The turn
 * is held before and after.
 *
 * @throws {OperatorError} when the tracker or this host stood in the way.
 */
export async function make(
  bridge: Bridge,
  seen: Seen,
  decision: Make,
  bounds: Bounds = CLONE_BOUNDS,
): Promise<Result> {
  try {
    return await attempt(bridge, seen, decision, bounds);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.cause !== CHANGED) throw error;
    return resultOf(seen.issue, "nothing", error.message);
  }
}

async function attempt(
  bridge: Bridge,
  seen: Seen,
  decision: Make,
  bounds: Bounds,
): Promise<Result> {
  let now = seen;
  const confirm = async () => {
    now = await lookAgain(bridge, seen, decision);
    begin(bridge, now, decision);
  };
  try {
    if (decision.proposal.repository !== undefined) bridge.turn.release();
    await makeCell(bridge, seen, decision, { bounds, confirm });
  } catch (error) {
    const flaw = cloneFlawOf(error);
    if (flaw === undefined) throw error;
    return dealWith(bridge, seen, decision, { flaw, bounds, error: error as OperatorError });
  }
  return finish(bridge, now, decision);
}

const CHANGED = "changed";

/** Takes the turn, and looks whether the cell is still wanted as it was. */
async function lookAgain(bridge: Bridge, { issue }: Seen, decision: Make): Promise<Seen> {
  await bridge.turn.hold(bridge.limits.returnMs);
  const again = await look(bridge, issue);
  if (isSame(decision, again.decision)) return again;
  throw new OperatorError(
    "data_error",
    "it was changed, or its acceptance withdrawn, while its cell was made",
    "the next pass looks at it again",
    { cause: CHANGED },
  );
}

/** Remembers that a mission is this issue's, before anyone can see it. */
function begin({ state }: Bridge, { issue }: Seen, { id, proposal, digest }: Make): void {
  const { title, objective, repository, ref } = proposal;
  const source = { ...(repository && { repository }), ...(ref && { ref }) };
  const mission = { mission_id: id, title, objective, ...source, body_sha256: digest };
  remember(state, issue, { mission });
}

async function makeCell(
  { root, state, making }: Bridge,
  { issue }: Seen,
  { id, proposal }: Make,
  care: Care,
): Promise<void> {
  const source = issue.html_url;
  const { outcome } = await makeWanted(root, { id, proposal, source }, making, care);
  if (outcome !== "exists") return;
  // Another process has made one of that id since the last look.
  const { mission: begun } = recall(state, issue);
  const origin = { source, ownId: missionOf(issue), begun };
  if (standing(root, id, origin) === "other") throw taken(id);
}

interface Failure {
  readonly flaw: CloneFlaw;
  readonly bounds: Bounds;
  readonly error: OperatorError;
}

/** A repository that could not be cloned is waited for; one that asks for too much is refused. */
async function dealWith(
  bridge: Bridge,
  seen: Seen,
  decision: Make,
  { flaw, bounds, error }: Failure,
): Promise<Result> {
  const now = await lookAgain(bridge, seen, decision);
  const { acceptance } = decision;
  const why = refusalFor(flaw, bounds, bridge.limits.cloneMs);
  if (why === undefined) return waitFor(bridge, now, acceptance.id, error);
  return refuse(bridge, now, { acceptance, reasons: [`Repository: ${why}`] });
}

/** Why a repository is not tried again; undefined where it is. */
function refusalFor(flaw: CloneFlaw, { ms, bytes }: Bounds, longest: number): string | undefined {
  if (flaw === "greedy") return "git needs more memory for it than it may have";
  if (flaw === "large") return `it is larger than ${Math.floor(bytes / 2 ** 20)} MiB`;
  return flaw === "slow" && ms >= longest
    ? `it could not be cloned within ${describeDuration(ms / 1000)}`
    : undefined;
}

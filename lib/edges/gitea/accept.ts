/**
 * Taking an accepted issue the steps that are missing: the cell, a word on it, the label.
 *
 * Killed between any two of them, the next pass finds in the root and in the issue itself
 * what was done.
 *
 * @module
 */
import { type Decision, decide, hasLabel, type Mark } from "../../rules/acceptance.ts";
import { printable } from "../../rules/printable.ts";
import { madeRemark, refusedRemark, waitingRemark } from "../../rules/remark.ts";
import type { OperatorError } from "../../schemas/errors.ts";
import { LABELS, type ListedIssue, type TrackedIssue } from "../../schemas/gitea.ts";
import { settleCell } from "../cell/init.ts";
import { observeCell } from "../cell/observe.ts";
import { isCloneFailure } from "../host/git.ts";
import { tell } from "../host/stdout.ts";
import type { Root } from "../host/directory.ts";
import type { StateFolder } from "../host/state-folder.ts";
import { type Making, makeProposed, missionOf, standing } from "./cell.ts";
import { digestOf, markLine, marksIn } from "./mark.ts";
import { missionsFrom } from "./missions.ts";
import { foresee, madeOf, type Result, resultOf } from "./result.ts";
import type { Tracker } from "./tracker.ts";

/** What joins a tracker and a root. */
export interface Bridge {
  readonly tracker: Tracker;
  readonly token: string;
  readonly allow: readonly string[];
  readonly root: Root;
  /** Where this host keeps what it remembers of the root: one pass at a time holds the lock there. */
  readonly state: StateFolder;
  readonly making: Making;
}

/**
 * Deals with one issue that was labelled as accepted.
 *
 * @throws {OperatorError} when the tracker or this host stood in the way.
 */
export async function settle(bridge: Bridge, listed: ListedIssue): Promise<Result> {
  // The issue is read after its timeline: what changed in between is then seen as a change.
  const timeline = await bridge.tracker.timeline(listed);
  const issue = await bridge.tracker.issue(listed);
  const marks = marksIn(bridge.token, issue, timeline);
  const { root, allow } = bridge;
  if (!hasLabel(issue, LABELS.accepted)) return resultOf(issue, "nothing", "the label is gone");
  const decision = decide({
    issue,
    timeline,
    marks,
    allow,
    ownId: missionOf(issue),
    digest: digestOf(issue.body),
    standing: (id) => standing(root, id, issue.html_url),
    sibling: () => missionsFrom(root, issue.html_url)[0],
  });
  return bridge.making.dryRun ? foresee(issue, decision) : act(bridge, issue, marks, decision);
}

async function act(
  bridge: Bridge,
  issue: TrackedIssue,
  marks: readonly Mark[],
  decision: Decision,
): Promise<Result> {
  switch (decision.step) {
    case "nothing":
      return resultOf(issue, "nothing", decision.why);
    case "unlabel":
      return refuse(bridge, issue, undefined);
    case "refuse":
      return refuse(bridge, issue, decision);
    case "make":
      return make(bridge, issue, marks, decision);
    default:
      return finish(bridge, issue, decision);
  }
}

/** Says why, unless that was said before, and takes the label away. */
async function refuse(
  bridge: Bridge,
  issue: TrackedIssue,
  refusal: (Decision & { step: "refuse" }) | undefined,
): Promise<Result> {
  const reasons = refusal?.reasons ?? [];
  if (refusal !== undefined)
    await say(bridge, issue, refusedRemark(reasons), {
      kind: "refused",
      acceptance: refusal.acceptance.id,
      detail: digestOf(issue.body),
    });
  await bridge.tracker.moveLabel(issue, LABELS.accepted);
  return resultOf(issue, "refused", ...reasons);
}

/** Says that the cell is there, unless that was said before, and moves the label. */
async function finish(
  bridge: Bridge,
  issue: TrackedIssue,
  decision: Decision & { step: "make" | "tell" | "label" },
): Promise<Result> {
  if (decision.step !== "label") {
    // Whoever made the cell may have been killed before it was sure to stay.
    if (decision.step === "tell") settleCell(bridge.root, observeCell(bridge.root, decision.id));
    const proposal = decision.step === "make" ? decision.proposal : undefined;
    await say(bridge, issue, madeRemark(decision.id, proposal, digestOf(issue.body)), {
      kind: "made",
      acceptance: decision.acceptance.id,
      detail: decision.id,
    });
  }
  await bridge.tracker.moveLabel(issue, LABELS.accepted, LABELS.active);
  return madeOf(issue, decision.id);
}

async function make(
  bridge: Bridge,
  issue: TrackedIssue,
  marks: readonly Mark[],
  decision: Decision & { step: "make" },
): Promise<Result> {
  const { id, proposal, acceptance } = decision;
  const wanted = { id, proposal, source: issue.html_url };
  try {
    await makeProposed(bridge.root, wanted, bridge.making);
  } catch (error) {
    if (!isCloneFailure(error)) throw error;
    return waitFor(bridge, issue, marks, acceptance.id, error);
  }
  return finish(bridge, issue, decision);
}

/** Says once that it has to wait; in the issue without git's words, which may tell of this host. */
async function waitFor(
  bridge: Bridge,
  issue: TrackedIssue,
  marks: readonly Mark[],
  acceptance: number,
  error: OperatorError,
): Promise<Result> {
  const isSaid = marks.some((mark) => mark.kind === "waiting" && mark.acceptance === acceptance);
  if (!isSaid) {
    tell(`accept-proposals: issue ${issue.number} waits: ${printable(error.message)}\n`);
    const detail = digestOf(issue.body);
    await say(bridge, issue, waitingRemark(), { kind: "waiting", acceptance, detail });
  }
  return resultOf(issue, "waiting", error.message);
}

/** Comments on an issue, with the line by which a later pass knows it. */
export const say = (
  { tracker, token }: Bridge,
  issue: ListedIssue,
  text: string,
  mark: Mark,
): Promise<void> => tracker.comment(issue, `${text}\n\n${markLine(token, issue, mark)}`);

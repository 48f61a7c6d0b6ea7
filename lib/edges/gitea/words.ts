/**
 * What is said in an issue, each with the label that goes with it.
 *
 * @module
 */
import type { Decision, Mark } from "../../rules/acceptance.ts";
import { printable } from "../../rules/printable.ts";
import { madeRemark, refusedRemark, unreadRemark, waitingRemark } from "../../rules/remark.ts";
import type { OperatorError } from "../../schemas/errors.ts";
import { LABELS, type ListedIssue } from "../../schemas/gitea.ts";
import { settleCell } from "../cell/init.ts";
import { observeCell } from "../cell/observe.ts";
import { tell } from "../host/stdout.ts";
import type { Bridge, Seen } from "./look.ts";
import { digestOf, markLine } from "./mark.ts";
import { recall, remember } from "./records.ts";
import { madeOf, type Result, resultOf } from "./result.ts";

/** Comments on an issue, with the line by which a later pass knows it. */
export const say = (
  { tracker, keys: [key] }: Bridge,
  issue: ListedIssue,
  text: string,
  mark: Mark,
): Promise<void> => tracker.comment(issue, `${text}\n\n${markLine(key, issue, mark)}`);

type Step<Name> = Decision & { step: Name };

/** Says why, unless that was said before, and takes the label away. */
export async function refuse(
  bridge: Bridge,
  { issue }: Seen,
  refusal: Pick<Step<"refuse">, "acceptance" | "reasons"> | undefined,
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

/**
 * Refuses an issue in which too much was said to read it. Whether this was said before cannot
 * be read either, so it is remembered first: it is said once at most.
 */
export async function refuseUnread(bridge: Bridge, issue: ListedIssue): Promise<Result> {
  const reason = "what was said and done in it is too long to be read";
  if (bridge.making.dryRun) return resultOf(issue, "would-refuse", reason);
  await sayOnce(bridge, issue, "unread", () =>
    say(bridge, issue, unreadRemark(), { kind: "refused", acceptance: 0, detail: "0" }),
  );
  await bridge.tracker.moveLabel(issue, LABELS.accepted);
  return resultOf(issue, "refused", reason);
}

/** Says `what` where a look at the issue cannot tell whether that was said. */
export async function sayOnce(
  { state }: Bridge,
  issue: ListedIssue,
  what: "unread" | "ended",
  speak: () => Promise<void>,
): Promise<void> {
  const { said = [] } = recall(state, issue);
  if (said.includes(what)) return;
  remember(state, issue, { said: [...said, what] });
  await speak();
}

/** Says that the cell is there, unless that was said before, and moves the label. */
export async function finish(
  bridge: Bridge,
  { issue }: Seen,
  decision: Step<"make" | "tell" | "label">,
): Promise<Result> {
  const { id } = decision;
  if (decision.step !== "label") {
    // Whoever made the cell may have been killed before it was sure to stay.
    if (decision.step === "tell") settleCell(bridge.root, observeCell(bridge.root, id));
    const { mission } = recall(bridge.state, issue);
    const begun = mission?.mission_id === id ? mission : undefined;
    const mark = { kind: "made", acceptance: decision.acceptance.id, detail: id } as const;
    await say(bridge, issue, madeRemark(id, begun), mark);
  }
  await bridge.tracker.moveLabel(issue, LABELS.accepted, LABELS.active);
  return madeOf(issue, id);
}

/** Says once that it has to wait; in the issue without git's words, which may tell of this host. */
export async function waitFor(
  bridge: Bridge,
  { issue, marks }: Seen,
  acceptance: number,
  error: OperatorError,
): Promise<Result> {
  if (!isWaiting(marks, acceptance)) {
    tell(`accept-proposals: issue ${issue.number} waits: ${printable(error.message)}\n`);
    const detail = digestOf(issue.body);
    await say(bridge, issue, waitingRemark(), { kind: "waiting", acceptance, detail });
  }
  return resultOf(issue, "waiting", error.message);
}

/** True where we said already that a repository has to be waited for. */
export const isWaiting = (marks: readonly Mark[], acceptance: number): boolean =>
  marks.some((mark) => mark.kind === "waiting" && mark.acceptance === acceptance);

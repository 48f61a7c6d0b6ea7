/**
 * Commenting on issues, and moving their labels.
 *
 * @module
 */
import type { Decision } from "../form/acceptance.ts";
import type { SignedComment } from "../form/acceptance-input.ts";
import { printable } from "../../base/printable.ts";
import {
  createdComment,
  finalComment,
  refusedComment,
  tooLongComment,
  waitingComment,
} from "../form/issue-comments.ts";
import type { OperatorError } from "../../base/errors.ts";
import { LABELS, type ListedIssue } from "../form/gitea.ts";
import { syncCell } from "../../cell/create/create-cell.ts";
import { observeCell } from "../../cell/observe.ts";
import { printError } from "../../host/stdio/stdio.ts";
import type { Bridge, InspectedIssue } from "./inspect-issue.ts";
import { digestOf, signatureLine } from "../tracker/comment-signature.ts";
import { readRecord, updateRecord } from "./records.ts";
import { createdResult, type Result, issueResult } from "./result.ts";

/** Posts a comment with the signature by which a later pass recognizes it. */
export const postComment = (
  { tracker, keys: [key] }: Bridge,
  issue: ListedIssue,
  text: string,
  comment: SignedComment,
): Promise<void> => tracker.comment(issue, `${text}\n\n${signatureLine(key, issue, comment)}`);

type DecisionTo<Action> = Decision & { action: Action };

type Refusal = Omit<DecisionTo<"refuse">, "action">;

/** Comments why a proposal is refused, unless that is done, and moves or removes the label. */
export async function refuseProposal(
  bridge: Bridge,
  { issue }: InspectedIssue,
  refusal: Refusal | DecisionTo<"unlabel">,
): Promise<Result> {
  const reasons = "reasons" in refusal ? refusal.reasons : [];
  if ("reasons" in refusal)
    await postComment(bridge, issue, textOf(refusal), {
      kind: "refused",
      acceptance: refusal.acceptance.id,
      idOrDigest: digestOf(issue.body),
    });
  await bridge.tracker.moveLabel(issue, LABELS.accepted, refusal.label);
  return issueResult(issue, "refused", ...reasons);
}

const textOf = ({ reasons, isFinal }: Refusal): string =>
  isFinal ? finalComment(reasons) : refusedComment(reasons);

/**
 * Refuses an issue whose timeline is too large to read. An earlier comment about that cannot be
 * read either, so it is recorded before it is posted: at most once.
 */
export async function refuseTooLong(bridge: Bridge, issue: ListedIssue): Promise<Result> {
  const reason = "its timeline is too long to read";
  if (bridge.creation.dryRun) return issueResult(issue, "would-refuse", reason);
  await postOnce(bridge, issue, "unread", () =>
    postComment(bridge, issue, tooLongComment(), {
      kind: "refused",
      acceptance: 0,
      idOrDigest: "0",
    }),
  );
  await bridge.tracker.moveLabel(issue, LABELS.accepted);
  return issueResult(issue, "refused", reason);
}

/** Calls `post` once per issue and `kind`, for an issue whose earlier comments cannot be read. */
export async function postOnce(
  { state }: Bridge,
  issue: ListedIssue,
  kind: "unread" | "ended",
  post: () => Promise<void>,
): Promise<void> {
  const { said: posted = [] } = readRecord(state, issue);
  if (posted.includes(kind)) return;
  updateRecord(state, issue, { said: [...posted, kind] });
  await post();
}

/** Comments that the cell was created, unless that is done, and moves the label. */
export async function completeAcceptance(
  bridge: Bridge,
  { issue }: InspectedIssue,
  decision: DecisionTo<"create" | "comment" | "label">,
): Promise<Result> {
  const { id } = decision;
  if (decision.action !== "label") {
    // The process that created the cell may have been killed before its fsync.
    if (decision.action === "comment") syncCell(bridge.root, observeCell(bridge.root, id));
    const { mission } = readRecord(bridge.state, issue);
    const recorded = mission?.mission_id === id ? mission : undefined;
    const comment = { kind: "made", acceptance: decision.acceptance.id, idOrDigest: id } as const;
    await postComment(bridge, issue, createdComment(id, recorded), comment);
  }
  await bridge.tracker.moveLabel(issue, LABELS.accepted, LABELS.active);
  return createdResult(issue, id);
}

/** Comments once that an issue waits. git's message goes to stderr only: it may reveal host details. */
export async function reportWaiting(
  bridge: Bridge,
  { issue, comments }: InspectedIssue,
  acceptance: number,
  error: OperatorError,
): Promise<Result> {
  if (!wasReportedWaiting(comments, acceptance)) {
    printError(`accept-proposals: issue ${issue.number} waits: ${printable(error.message)}\n`);
    const idOrDigest = digestOf(issue.body);
    await postComment(bridge, issue, waitingComment(), { kind: "waiting", acceptance, idOrDigest });
  }
  return issueResult(issue, "waiting", error.message);
}

/** True if a comment already says that this acceptance waits for its repository. */
export const wasReportedWaiting = (
  comments: readonly SignedComment[],
  acceptance: number,
): boolean =>
  comments.some((comment) => comment.kind === "waiting" && comment.acceptance === acceptance);

/**
 * Reporting the end of a mission on its issue, once.
 *
 * @module
 */
import { listArtifacts } from "../../cell/artifacts.ts";
import type { SignedComment } from "../form/acceptance-input.ts";
import { endedComment } from "../form/issue-comments.ts";
import { LABELS, type ListedIssue } from "../form/gitea.ts";
import { isResponseTooLarge } from "../tracker/api-errors.ts";
import { derivedMissionId } from "./proposed-cell.ts";
import type { Bridge } from "./inspect-issue.ts";
import { signedComments } from "../tracker/comment-signature.ts";
import type { EndedMission } from "./issue-missions.ts";
import { readRecord } from "./records.ts";
import { issueResult, type Result } from "./result.ts";
import { postComment, postOnce } from "./comments.ts";

/**
 * Comments on an issue with an active mission if one of the missions `ended` is its own, and
 * moves its label. Undefined if the mission has not ended; then the tracker is not called.
 *
 * @throws {OperatorError} when a call of the tracker fails.
 */
export async function reportMissionEnd(
  bridge: Bridge,
  issue: ListedIssue,
  ended: readonly EndedMission[],
): Promise<Result | undefined> {
  const { mission: recorded } = readRecord(bridge.state, issue);
  const ids = [recorded?.mission_id, derivedMissionId(issue)];
  const candidates = ended.filter(
    ({ id, mission }) => ids.includes(id) || mission.source === issue.html_url,
  );
  if (candidates.length === 0) return undefined;
  const comments = await commentsOn(bridge, issue);
  // An agent can write any source into its cell; the cell's id and our own comments are proof.
  const created = comments?.findLast(({ kind }) => kind === "made");
  const id = created?.idOrDigest ?? recorded?.mission_id ?? derivedMissionId(issue);
  const mission = candidates.find((each) => each.id === id);
  if (mission === undefined) return undefined;
  const result = { ...issueResult(issue, "ended"), mission_id: mission.id };
  if (bridge.creation.dryRun) return { ...result, outcome: "would-end" };
  const post = () => postEnd(bridge, issue, mission, created?.acceptance ?? 0);
  if (comments === undefined) await postOnce(bridge, issue, "ended", post);
  else if (!comments.some(({ kind, idOrDigest }) => kind === "ended" && idOrDigest === mission.id))
    await post();
  await bridge.tracker.moveLabel(issue, LABELS.active, LABELS.ended);
  return result;
}

/** Our comments on an issue; undefined if its timeline is too large to read. */
async function commentsOn(
  bridge: Bridge,
  issue: ListedIssue,
): Promise<SignedComment[] | undefined> {
  try {
    return signedComments(bridge.keys, issue, await bridge.tracker.timeline(issue));
  } catch (error) {
    if (isResponseTooLarge(error)) return undefined;
    throw error;
  }
}

/** The most names of artifacts that are read; a comment shows fewer. */
const MAX_NAMES = 200;

async function postEnd(
  bridge: Bridge,
  issue: ListedIssue,
  ended: EndedMission,
  acceptance: number,
): Promise<void> {
  const { id, mission, artifacts } = ended;
  const names = await listArtifacts({ root: bridge.root, id }, artifacts, MAX_NAMES);
  const text = endedComment(id, mission, names);
  await postComment(bridge, issue, text, { kind: "ended", acceptance, idOrDigest: id });
}

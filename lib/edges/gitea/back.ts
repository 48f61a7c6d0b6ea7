/**
 * The way back: an issue hears once that its mission is over.
 *
 * @module
 */
import { endedRemark } from "../../rules/remark.ts";
import { LABELS, type ListedIssue } from "../../schemas/gitea.ts";
import { type Bridge, say } from "./accept.ts";
import { missionOf } from "./cell.ts";
import { marksIn } from "./mark.ts";
import { artifactsOf, type Over } from "./missions.ts";
import { type Result, resultOf } from "./result.ts";

/**
 * Tells an issue with an active mission that this is over, where one of `over` is it.
 * Undefined where the mission goes on; then nothing was asked of the tracker.
 *
 * @throws {OperatorError} when the tracker stood in the way.
 */
export async function tellEnd(
  bridge: Bridge,
  issue: ListedIssue,
  over: readonly Over[],
): Promise<Result | undefined> {
  const candidates = over.filter(
    ({ id, mission }) => id === missionOf(issue) || mission.source === issue.html_url,
  );
  if (candidates.length === 0) return undefined;
  const marks = marksIn(bridge.token, issue, await bridge.tracker.timeline(issue));
  // What a cell says of its issue is its agent's word; its id, and what we said there, are not.
  const made = marks.findLast(({ kind }) => kind === "made");
  const ended = candidates.find(({ id }) => id === (made?.detail ?? missionOf(issue)));
  if (ended === undefined) return undefined;
  const result = { ...resultOf(issue, "ended"), mission_id: ended.id };
  if (bridge.making.dryRun) return { ...result, outcome: "would-end" };
  if (!marks.some(({ kind, detail }) => kind === "ended" && detail === ended.id))
    await sayEnd(bridge, issue, ended, made?.acceptance ?? 0);
  await bridge.tracker.moveLabel(issue, LABELS.active, LABELS.ended);
  return result;
}

async function sayEnd(
  bridge: Bridge,
  issue: ListedIssue,
  ended: Over,
  acceptance: number,
): Promise<void> {
  const text = endedRemark(ended.id, ended.mission, artifactsOf(bridge.root, ended));
  await say(bridge, issue, text, { kind: "ended", acceptance, detail: ended.id });
}

/**
 * The way back: an issue hears once that its mission is over.
 *
 * @module
 */
import type { Mark } from "../../rules/acceptance.ts";
import { endedRemark } from "../../rules/remark.ts";
import { LABELS, type ListedIssue } from "../../schemas/gitea.ts";
import { isTooLarge } from "./answer.ts";
import { missionOf } from "./cell.ts";
import type { Bridge } from "./look.ts";
import { marksIn } from "./mark.ts";
import { artifactsOf, type Over } from "./missions.ts";
import { recall } from "./records.ts";
import { type Result, resultOf } from "./result.ts";
import { say, sayOnce } from "./words.ts";

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
  const { mission: begun } = recall(bridge.state, issue);
  const known = [begun?.mission_id, missionOf(issue)];
  const candidates = over.filter(
    ({ id, mission }) => known.includes(id) || mission.source === issue.html_url,
  );
  if (candidates.length === 0) return undefined;
  const marks = await marksOf(bridge, issue);
  // What a cell says of its issue is its agent's word; its id, and what we said there, are not.
  const made = marks?.findLast(({ kind }) => kind === "made");
  const id = made?.detail ?? begun?.mission_id ?? missionOf(issue);
  const ended = candidates.find((one) => one.id === id);
  if (ended === undefined) return undefined;
  const result = { ...resultOf(issue, "ended"), mission_id: ended.id };
  if (bridge.making.dryRun) return { ...result, outcome: "would-end" };
  const speak = () => sayEnd(bridge, issue, ended, made?.acceptance ?? 0);
  if (marks === undefined) await sayOnce(bridge, issue, "ended", speak);
  else if (!marks.some(({ kind, detail }) => kind === "ended" && detail === ended.id))
    await speak();
  await bridge.tracker.moveLabel(issue, LABELS.active, LABELS.ended);
  return result;
}

/** What we said in an issue; undefined where too much was said there to read it. */
async function marksOf(bridge: Bridge, issue: ListedIssue): Promise<Mark[] | undefined> {
  try {
    return marksIn(bridge.keys, issue, await bridge.tracker.timeline(issue));
  } catch (error) {
    if (isTooLarge(error)) return undefined;
    throw error;
  }
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

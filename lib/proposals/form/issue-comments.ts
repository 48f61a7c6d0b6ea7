/**
 * The texts of comments on an issue. Text from others is put in a fence, where markup, mentions
 * and references have no effect.
 *
 * @module
 */
import { LABELS } from "./gitea.ts";
import type { RecordedMission } from "./host-records.ts";
import type { Mission } from "../../contract/mission.ts";
import { parseTimestamp } from "../../base/time.ts";
import { describeDuration } from "../../base/duration.ts";
import { printable, shortened } from "../../base/printable.ts";

/** The number of artifacts that are listed. */
const MAX_NAMES = 50;

/** For a cell that was created; with the proposal, if it is on record. */
export function createdComment(id: string, recorded: RecordedMission | undefined): string {
  const { title, repository, ref, objective, body_sha256: digest } = recorded ?? {};
  const digestRow = digest === undefined ? undefined : `sha256 of the text: ${digest}`;
  const rows = [title, repository, ref, objective, digestRow].filter((row) => row !== undefined);
  const details = rows.length === 0 ? "" : `\n\n${fenced(rows)}`;
  return `Mission \`${id}\` was created from this proposal as it was accepted.${details}`;
}

/** For a refused proposal. */
export const refusedComment = (reasons: readonly string[]): string =>
  `No mission was created from this proposal:\n\n${fenced(reasons)}\n\nOnce that is corrected, set \`${LABELS.accepted}\` again.`;

/** For an accepted issue whose mission is over. */
export const finalComment = (reasons: readonly string[]): string =>
  `No other mission was created from this proposal:\n\n${fenced(reasons)}`;

/** For an issue whose timeline is too large to determine who accepted it. */
export const tooLongComment = (): string =>
  `No mission was created from this proposal: the timeline of this issue is too long to read. Propose the mission in a new issue.`;

/** For a repository that could not be cloned. */
export const waitingComment = (): string =>
  `The repository of this proposal could not be cloned. Cloning is retried for as long as \`${LABELS.accepted}\` is set; if the proposal is wrong, remove that label and correct it.`;

/** Sorted names in a directory, and whether there are more. */
interface Names {
  readonly names: readonly string[];
  readonly more: boolean;
}

/**
 * For a mission that has ended. `id` is the name of its cell, because its agent can write another
 * id into mission.json. `artifacts` is undefined if they could not be listed.
 */
export function endedComment(id: string, mission: Mission, artifacts: Names | undefined): string {
  const seconds = secondsOf(mission);
  const after = seconds === undefined ? "" : `, ${describeDuration(seconds)} after it was created`;
  return `Mission \`${id}\` has ended: **${mission.status}**${after}. ${artifactsText(artifacts)}`;
}

function artifactsText(artifacts: Names | undefined): string {
  if (artifacts === undefined) return "Its artifacts could not be listed.";
  const { names, more } = artifacts;
  if (names.length === 0) return "It left no artifacts.";
  const left = names.length - MAX_NAMES;
  const rest = more ? ["and many more"] : left > 0 ? [`and ${left} more`] : [];
  return `Its artifacts:\n\n${fenced([...names.slice(0, MAX_NAMES), ...rest])}`;
}

/** From a mission's creation to its last update; undefined if its agent wrote impossible times. */
function secondsOf({ created_at, updated_at }: Mission): number | undefined {
  const [start, end] = [created_at, updated_at ?? ""].map(parseTimestamp);
  return start === undefined || end === undefined || end < start ? undefined : (end - start) / 1000;
}

function fenced(lines: readonly string[]): string {
  const text = lines.map((line) => printable(shortened(line, 300))).join("\n");
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

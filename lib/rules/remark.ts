/**
 * What we say in an issue. Whatever came from someone else stands in a fence, where it is
 * no markup, mentions nobody and refers to nothing.
 *
 * @module
 */
import { type Begun, LABELS } from "../schemas/gitea.ts";
import type { Mission } from "../schemas/mission.ts";
import { parseTimestamp } from "../schemas/time.ts";
import { describeDuration } from "./duration.ts";
import { printable, shortened } from "./printable.ts";

/** How many artifacts are named. */
const MOST_NAMES = 50;

/** A cell was made; of what, where that is remembered. */
export function madeRemark(id: string, begun: Begun | undefined): string {
  const { title, repository, ref, objective, body_sha256: digest } = begun ?? {};
  const sum = digest === undefined ? undefined : `sha256 of the text: ${digest}`;
  const rows = [title, repository, ref, objective, sum].filter((row) => row !== undefined);
  const details = rows.length === 0 ? "" : `\n\n${fenced(rows)}`;
  return `Mission \`${id}\` was made from this proposal, as it was accepted.${details}`;
}

/** A proposal was refused. */
export const refusedRemark = (reasons: readonly string[]): string =>
  `No mission was made from this proposal:\n\n${fenced(reasons)}\n\nOnce that is put right, set \`${LABELS.accepted}\` again.`;

/** Too much was said in an issue for anyone to know who accepted it. */
export const unreadRemark = (): string =>
  `No mission was made from this proposal: what was said and done in this issue is too long to be read. Propose it in a new issue.`;

/** The repository could not be cloned. */
export const waitingRemark = (): string =>
  `The repository of this proposal could not be cloned. It is tried again for as long as \`${LABELS.accepted}\` is set; should the proposal be wrong, take that away and correct it.`;

/** A mission is over: `id` is its cell's name, for what the cell says of it is its agent's word. */
export function endedRemark(id: string, mission: Mission, artifacts: readonly string[]): string {
  const lasted = secondsOf(mission);
  const after = lasted === undefined ? "" : `, ${describeDuration(lasted)} after it was made`;
  const names = artifacts.slice(0, MOST_NAMES);
  const more = artifacts.length - names.length;
  const listed = [...names, ...(more > 0 ? [`and ${more} more`] : [])];
  const left = names.length === 0 ? "It left no artifacts." : `Its artifacts:\n\n${fenced(listed)}`;
  return `Mission \`${id}\` is over: **${mission.status}**${after}. ${left}`;
}

/** From a mission's making to its end; its agent may have written anything there. */
function secondsOf({ created_at, updated_at }: Mission): number | undefined {
  const [from, to] = [created_at, updated_at ?? ""].map(parseTimestamp);
  return from === undefined || to === undefined || to < from ? undefined : (to - from) / 1000;
}

function fenced(lines: readonly string[]): string {
  const text = lines.map((line) => printable(shortened(line, 300))).join("\n");
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

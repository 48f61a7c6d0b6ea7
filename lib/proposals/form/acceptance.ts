/**
 * Deciding what to do about an accepted issue. The decision is pure, so that the pass after a
 * killed one reaches the same decision.
 *
 * @module
 */
import type { AcceptanceInput } from "./acceptance-input.ts";
import { acceptanceOf, checkAccepterOf } from "./accepters.ts";
import type { ListedIssue, TimelineEntry } from "./gitea.ts";
import { canonicalId } from "../../base/id.ts";
import { describeLaterChange, loginsOf } from "./later-changes.ts";
import { describePastMission } from "./past-mission.ts";
import type { Proposal } from "./proposal-schema.ts";
import { readProposal } from "./proposal.ts";

export type Decision =
  /** The cell and the comment exist; the label is not moved yet. */
  | { readonly action: "label"; readonly id: string }
  /** The cell exists; the comment is not posted yet. */
  | { readonly action: "comment"; readonly id: string; readonly acceptance: TimelineEntry }
  | {
      readonly action: "create";
      readonly id: string;
      readonly acceptance: TimelineEntry;
      readonly proposal: Proposal;
      /** The digest of the proposal's body. */
      readonly digest: string;
    }
  | {
      readonly action: "refuse";
      readonly acceptance: TimelineEntry;
      readonly reasons: readonly string[];
      /** The label that replaces the one for acceptance; absent if that is only removed. */
      readonly label?: string;
      /** No correction can help: the issue has had its mission. */
      readonly isFinal?: true;
    }
  /** It was refused before, but still has the label for acceptance, which `label`, if there is one, replaces. */
  | { readonly action: "unlabel"; readonly label?: string }
  | { readonly action: "none"; readonly why: string };

/** No decision: comments like those of a bridge have answered it, and only people know whose they are. */
export interface OtherAnswer {
  readonly action: "other-answer";
  /** The logins of the accounts that wrote them. */
  readonly accounts: readonly string[];
}

type Refusal = Decision & { action: "refuse" };

/** Decides on the next action. An issue gets one cell, whatever is accepted or edited later. */
export function decide(input: AcceptanceInput): Decision | OtherAnswer {
  const created = input.comments.findLast(({ kind }) => kind === "made");
  const acceptance = acceptanceOf(input.timeline);
  const over = created === undefined ? undefined : describePastMission(input, created, acceptance);
  if (created !== undefined && over === undefined)
    return { action: "label", id: created.idOrDigest };
  if (acceptance === undefined)
    return { action: "none", why: "the timeline does not show who accepted it" };
  const label = over?.label === undefined ? {} : { label: over.label };
  const wasRefused = input.comments.some(
    (comment) => comment.kind === "refused" && comment.acceptance === acceptance.id,
  );
  if (wasRefused) return { action: "unlabel", ...label };
  if (over !== undefined) return { ...refuse(acceptance, over.why), isFinal: true, ...label };
  const answers = input.foreignComments.filter((one) => isAfter(input.timeline, one, acceptance));
  if (answers.length > 0) return { action: "other-answer", accounts: loginsOf(answers) };
  const accepter = checkAccepterOf(input.timeline, input.allow, input.knownAccounts);
  if (accepter?.isAllowed === false) return refuse(acceptance, accepter.why);
  return decideOnProposal(input, acceptance);
}

const isAfter = (all: readonly TimelineEntry[], one: TimelineEntry, other: TimelineEntry) =>
  all.indexOf(one) > all.indexOf(other);

function decideOnProposal(input: AcceptanceInput, acceptance: TimelineEntry): Decision {
  const { derivedId, recordedId, ownershipOf, digest } = input;
  const { proposal, problems = [] } = readProposal(input.issue.body);
  const id = canonicalId(proposal?.mission_id ?? derivedId);
  const candidates = [id, derivedId, ...(recordedId === undefined ? [] : [recordedId])];
  const ours = candidates.find((each) => ownershipOf(each) === "ours");
  if (ours !== undefined) return { action: "comment", id: ours, acceptance };
  const change = describeLaterChange(input, acceptance);
  if (change !== undefined) return refuse(acceptance, change);
  if (proposal === undefined)
    return refuse(acceptance, ...problems.map(({ field, text }) => `${field}: ${text}`));
  if (ownershipOf(id) === "other")
    return refuse(
      acceptance,
      "Mission id: a cell with that id already exists, and it did not come from this issue",
    );
  const existing = input.findMissionOfIssue();
  if (existing !== undefined)
    return refuse(acceptance, `mission ${existing} already names this issue as its source`);
  return { action: "create", id, acceptance, proposal, digest };
}

const refuse = (acceptance: TimelineEntry, ...reasons: string[]): Refusal => ({
  action: "refuse",
  acceptance,
  reasons,
});

/** True if both decisions create the same cell from the same acceptance and body. */
export const isUnchanged = (first: Decision, second: Decision): boolean =>
  first.action === "create" &&
  second.action === "create" &&
  first.id === second.id &&
  first.acceptance.id === second.acceptance.id &&
  first.digest === second.digest;

/** True if an issue has the label `name`. */
export const hasLabel = ({ labels }: Pick<ListedIssue, "labels">, name: string): boolean =>
  labels?.some((label) => label.name === name) ?? false;

/** Compares issues by number: the oldest is processed first. */
export const byNumber = (one: ListedIssue, other: ListedIssue): number => one.number - other.number;

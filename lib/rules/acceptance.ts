/**
 * What is to be done about an issue that is labelled as accepted: a pure decision, so that
 * every pass after a killed one comes to the same.
 *
 * @module
 */
import {
  LABELS,
  type ListedIssue,
  type TimelineEntry,
  type TrackedIssue,
} from "../schemas/gitea.ts";
import { canonicalId } from "../schemas/id.ts";
import type { Proposal } from "../schemas/proposal.ts";
import { parseTimestamp } from "../schemas/time.ts";
import { readProposal } from "./proposal.ts";

/** What we said of an issue before, proven to be ours. */
export interface Mark {
  readonly kind: "made" | "refused" | "waiting" | "ended";
  /** The acceptance that it was about: the number of its entry in the timeline. */
  readonly acceptance: number;
  /** A mission's id, or the digest of a body. */
  readonly detail: string;
}

/** What stands where a cell is to be: nothing, the cell of this issue, or another one. */
export type Standing = "free" | "ours" | "other";

/** An accepted issue with everything that the decision needs. */
export interface Case {
  readonly issue: TrackedIssue;
  readonly timeline: readonly TimelineEntry[];
  readonly marks: readonly Mark[];
  /** The accounts that may accept. */
  readonly allow: readonly string[];
  /** The mission's id where the proposal names none. */
  readonly ownId: string;
  /** The mission that was begun for the issue, by our own record. */
  readonly begun: string | undefined;
  /** The digest of the issue's body. */
  readonly digest: string;
  readonly standing: (id: string) => Standing;
  /** A cell that says that it came from this issue. */
  readonly sibling: () => string | undefined;
}

export type Decision =
  /** The cell and the comment are there; the label is not yet moved. */
  | { readonly step: "label"; readonly id: string }
  /** The cell is there; nothing was said yet. */
  | { readonly step: "tell"; readonly id: string; readonly acceptance: TimelineEntry }
  | {
      readonly step: "make";
      readonly id: string;
      readonly acceptance: TimelineEntry;
      readonly proposal: Proposal;
      /** The digest of the body that proposes it. */
      readonly digest: string;
    }
  | {
      readonly step: "refuse";
      readonly acceptance: TimelineEntry;
      readonly reasons: readonly string[];
    }
  /** It was refused, and the label is still there. */
  | { readonly step: "unlabel" }
  | { readonly step: "nothing"; readonly why: string };

/** What the next step is. An issue makes one cell, whatever is accepted or edited later. */
export function decide(seen: Case): Decision {
  const { issue, timeline, marks, allow, ownId, begun, standing } = seen;
  const made = marks.findLast(({ kind }) => kind === "made");
  const isGone = made !== undefined && standing(made.detail) === "free";
  if (made !== undefined && !isGone) return { step: "label", id: made.detail };
  const acceptance = acceptanceOf(timeline);
  if (acceptance === undefined)
    return { step: "nothing", why: "the timeline does not tell who accepted it" };
  const isAbout = (mark: Mark) => mark.acceptance === acceptance.id;
  if (marks.some((mark) => mark.kind === "refused" && isAbout(mark))) return { step: "unlabel" };
  const refuse = (...reasons: string[]) => ({ step: "refuse", acceptance, reasons }) as const;
  if (isGone) return refuse("its cell is gone from this host");
  if (!mayAccept(acceptance, allow))
    return refuse(`${LABELS.accepted} was set by an account that may not accept proposals`);
  const { proposal, problems = [] } = readProposal(issue.body);
  const id = canonicalId(proposal?.mission_id ?? ownId);
  const known = [id, ownId, ...(begun === undefined ? [] : [begun])];
  const ours = known.find((each) => standing(each) === "ours");
  if (ours !== undefined) return { step: "tell", id: ours, acceptance };
  if (isChanged(seen, acceptance))
    return refuse(
      "the issue was changed, or commented on, after it was accepted: look at it again",
    );
  if (proposal === undefined)
    return refuse(...problems.map(({ field, text }) => `${field}: ${text}`));
  if (standing(id) === "other")
    return refuse("Mission id: there is a cell of that id, and it did not come from this issue");
  const sibling = seen.sibling();
  if (sibling !== undefined) return refuse(`mission ${sibling} says that it came from this issue`);
  return { step: "make", id, acceptance, proposal, digest: seen.digest };
}

/** The entry of the timeline that made the issue accepted, as it is now. */
function acceptanceOf(timeline: readonly TimelineEntry[]): TimelineEntry | undefined {
  const last = timeline.findLast(
    ({ type, label }) => type === "label" && label?.name === LABELS.accepted,
  );
  return last?.body === "1" ? last : undefined;
}

const mayAccept = ({ user }: TimelineEntry, allow: readonly string[]): boolean =>
  allow.some((login) => login.toLowerCase() === user?.login.toLowerCase());

/**
 * True when the body need not be what was accepted: the tracker does not tell when a body
 * was edited, only when anything at all happened last. Our own word on the same body, which
 * moved that time, stands for it.
 */
function isChanged({ issue, marks, digest }: Case, acceptance: TimelineEntry): boolean {
  const isPinned = marks.some(
    ({ kind, acceptance: about, detail }) =>
      kind === "waiting" && about === acceptance.id && detail === digest,
  );
  if (isPinned) return false;
  const [accepted, updated] = [acceptance.created_at, issue.updated_at].map(parseTimestamp);
  return accepted === undefined || updated === undefined || updated > accepted;
}

/** True where nothing happened to an issue since `first` was decided that asks for another cell. */
export const isSame = (first: Decision, second: Decision): boolean =>
  first.step === "make" &&
  second.step === "make" &&
  first.id === second.id &&
  first.acceptance.id === second.acceptance.id &&
  first.digest === second.digest;

/** True while an issue has a label. */
export const hasLabel = ({ labels }: Pick<ListedIssue, "labels">, name: string): boolean =>
  labels?.some((label) => label.name === name) ?? false;

/** The order in which issues are dealt with: first come, first served. */
export const byNumber = (one: ListedIssue, other: ListedIssue): number => one.number - other.number;

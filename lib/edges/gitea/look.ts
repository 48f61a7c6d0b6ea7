/**
 * A look at an accepted issue: what it is now, what we said of it, and what follows.
 *
 * @module
 */
import { type Decision, decide, hasLabel, type Mark } from "../../rules/acceptance.ts";
import {
  LABELS,
  type ListedIssue,
  type TimelineEntry,
  type TrackedIssue,
} from "../../schemas/gitea.ts";
import type { Root } from "../host/directory.ts";
import type { StateFolder } from "../host/state-folder.ts";
import { type Making, missionOf } from "./cell.ts";
import { digestOf, marksIn } from "./mark.ts";
import { missionsFrom } from "./missions.ts";
import { recall } from "./records.ts";
import { standing } from "./standing.ts";
import type { Tracker } from "./tracker.ts";
import type { Turn } from "./turn.ts";

/** What a pass may take. Times are milliseconds. */
export interface Limits {
  /** A repository's first clone: one that is slow is put off behind the others. */
  readonly firstMs: number;
  /** Any later one. */
  readonly cloneMs: number;
  /** All clones of a pass. */
  readonly clonesMs: number;
  /** A clone's size. */
  readonly bytes: number;
  /** A wait for another pass: at the start, and for who has a clone to lose. */
  readonly turnMs: number;
  readonly returnMs: number;
}

/** What joins a tracker and a root. */
export interface Bridge {
  readonly tracker: Tracker;
  /** The key that we sign with, and older ones. */
  readonly keys: readonly [string, ...string[]];
  readonly allow: readonly string[];
  readonly root: Root;
  /** Where this host keeps what it remembers of the root. */
  readonly state: StateFolder;
  /** Held by whoever says something in an issue, or has a cell appear. */
  readonly turn: Turn;
  /** Held by whoever clones. */
  readonly cloning: Turn;
  readonly making: Making;
  readonly limits: Limits;
}

export interface Seen {
  readonly issue: TrackedIssue;
  readonly marks: readonly Mark[];
  readonly decision: Decision;
}

/**
 * Looks at an issue that was labelled as accepted.
 *
 * @throws {OperatorError} when the tracker stood in the way, or this host does not know.
 */
export async function look(bridge: Bridge, listed: ListedIssue): Promise<Seen> {
  // The issue is read after its timeline: what changed in between is then seen as a change.
  const timeline = await bridge.tracker.timeline(listed);
  const issue = await bridge.tracker.issue(listed);
  const marks = marksIn(bridge.keys, issue, timeline);
  const decision = whyNot(issue) ?? decideOn(bridge, issue, timeline, marks);
  return { issue, marks, decision };
}

function whyNot(issue: TrackedIssue): Decision | undefined {
  if (!hasLabel(issue, LABELS.accepted)) return { step: "nothing", why: "the label is gone" };
  return issue.state === "open" ? undefined : { step: "nothing", why: "it is closed" };
}

function decideOn(
  { root, state, allow }: Bridge,
  issue: TrackedIssue,
  timeline: readonly TimelineEntry[],
  marks: readonly Mark[],
): Decision {
  const { mission: begun } = recall(state, issue);
  const origin = { source: issue.html_url, ownId: missionOf(issue), begun };
  return decide({
    issue,
    timeline,
    marks,
    allow,
    ownId: origin.ownId,
    begun: begun?.mission_id,
    digest: digestOf(issue.body),
    standing: (id) => standing(root, id, origin),
    sibling: () => missionsFrom(root, issue.html_url)[0],
  });
}

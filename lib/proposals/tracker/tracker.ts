/**
 * The issues of one repository in Gitea or Forgejo, through their API.
 *
 * @module
 */
import * as v from "valibot";
import { byNumber } from "../form/acceptance.ts";
import { ListedIssue, TimelineEntry, TrackedIssue } from "../form/gitea.ts";
import { Count } from "../../base/number.ts";
import { type ApiAccess, callApi, type RepositoryCaller } from "./api.ts";
import { checked } from "./checked-response.ts";
import { listIssues } from "./issue-list.ts";
import { labelListsOf } from "./label-lists.ts";
import { addLabel, issuesWithLabel } from "./labels.ts";
import { mayBeSigned } from "./comment-signature.ts";

export interface Tracker {
  /** Its URL, without a trailing slash. */
  readonly url: string;
  /** The issues with a label, the oldest first. */
  issues(label: string, state: "open" | "all"): Promise<ListedIssue[]>;
  /** The current state of an issue. */
  issue(issue: ListedIssue): Promise<TrackedIssue>;
  /** What happened to an issue, the oldest first; with text only where a comment may be ours. */
  timeline(issue: ListedIssue): Promise<TimelineEntry[]>;
  comment(issue: ListedIssue, body: string): Promise<void>;
  /** Adds the label `to`, if given, and removes `from`. */
  moveLabel(issue: ListedIssue, from: string, to?: string): Promise<void>;
}

/** The response to a new comment. Checked, because another server at that address would lose it. */
const PostedComment = v.looseObject({ id: Count });

/** The tracker of the repository `owner/name`. Each method throws an OperatorError when it fails. */
export function openTracker(access: ApiAccess, repository: string): Tracker {
  const call: RepositoryCaller = (method, path, body) =>
    callApi(access, { method, path: `${repository}/${path}`, ...(body && { body }) });
  const lists = labelListsOf(access, repository, call);
  return {
    url: access.url,
    async issues(label, state) {
      const found = await issuesWithLabel(lists, label, (only) => listIssues(call, state, only));
      return found.toSorted(byNumber);
    },
    issue: async ({ number }) => checked(TrackedIssue, await call("GET", `issues/${number}`)),
    timeline: async ({ number }) => timelineOf(await call("GET", `issues/${number}/timeline`)),
    async comment({ number }, body) {
      checked(PostedComment, await call("POST", `issues/${number}/comments`, { body }));
    },
    async moveLabel({ number, labels }, from, to) {
      const current = to === undefined ? labels : await addLabel(call, lists, number, to);
      // If the labels are exclusive, adding one has already removed the other.
      for (const { id, name } of current ?? [])
        if (name === from) await call("DELETE", `issues/${number}/labels/${id}`);
    },
  };
}

/**
 * The entries of a timeline, requested without paging: Gitea drops entries that we may not see
 * after counting them, so that a page in the middle can be empty. Gitea answers null for an
 * empty timeline, and for an entry that it cannot show.
 */
const timelineOf = (response: unknown): TimelineEntry[] =>
  (checked(v.nullish(v.array(v.nullish(TimelineEntry))), response) ?? []).flatMap((entry) =>
    entry === null || entry === undefined ? [] : [withoutText(entry)],
  );

/** Anyone may comment at any length, so only the texts that a pass needs are kept. */
const withoutText = (entry: TimelineEntry): TimelineEntry =>
  entry.type === "label" || mayBeSigned(entry.body) ? entry : { ...entry, body: null };

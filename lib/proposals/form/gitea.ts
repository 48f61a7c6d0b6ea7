/**
 * Schemas of the API of Gitea and Forgejo, for the keys that are read here.
 *
 * @module
 */
import * as v from "valibot";
import { Count } from "../../base/number.ts";
import { Timestamp } from "../../base/time.ts";

/** The labels for the state of a proposal. */
export const LABELS = {
  /** Accepted: a cell is to be created. */
  accepted: "mission/accepted",
  /** Its cell exists. */
  active: "mission/active",
  /** Its mission has ended. */
  ended: "mission/ended",
} as const;

/** An account. Logins are unique regardless of case; a deleted account has the number -1. */
const User = v.looseObject({ id: v.pipe(v.number(), v.safeInteger()), login: v.string() });
export type Account = v.InferOutput<typeof User>;

export const Label = v.looseObject({ id: Count, name: v.string() });

const EXPECTED = "Expected an http or https URL";
const WebAddress = v.pipe(v.string(EXPECTED), v.regex(/^https?:\/\/[!-~]{1,1000}$/, EXPECTED));

/** An issue, with what is needed to create a cell. */
export const Issue = v.looseObject({
  number: Count,
  html_url: WebAddress,
  body: v.string(),
  repository: v.looseObject({ id: Count }),
});
export type Issue = v.InferOutput<typeof Issue>;

/** What identifies an issue, even if its repository is renamed. */
export type IssueKey = Pick<Issue, "number" | "repository">;

/** An issue in a list, without its body: anyone can file one of any length. */
export const ListedIssue = v.object({
  number: Count,
  html_url: WebAddress,
  repository: v.object({ id: Count }),
  labels: v.nullish(v.array(v.object({ id: Count, name: v.string() }))),
});
export type ListedIssue = v.InferOutput<typeof ListedIssue>;

/** An issue with the keys that only the tracker's API has. */
export const TrackedIssue = v.looseObject({
  ...Issue.entries,
  /** Null if the issue has no text. */
  body: v.pipe(
    v.nullable(v.string()),
    v.transform((text) => text ?? ""),
  ),
  state: v.string(),
  labels: v.nullish(v.array(Label)),
  updated_at: Timestamp,
});
export type TrackedIssue = v.InferOutput<typeof TrackedIssue>;

/** An event of an issue: a comment, a label that was added or removed, or any other. */
export const TimelineEntry = v.object({
  id: Count,
  type: v.string(),
  user: v.nullish(User),
  body: v.nullish(v.string()),
  created_at: Timestamp,
  label: v.nullish(Label),
});
export type TimelineEntry = v.InferOutput<typeof TimelineEntry>;

/**
 * What Gitea and Forgejo answer, as far as it is read here. All of it has more keys.
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "./id.ts";
import { Count } from "./number.ts";
import { Timestamp } from "./time.ts";

/** The labels that say where a proposal stands. */
export const LABELS = {
  /** Someone who may do so wants a cell for it. */
  accepted: "mission/accepted",
  /** It has one. */
  active: "mission/active",
  /** Its mission is over. */
  ended: "mission/ended",
} as const;

/** An account; the login is unique in any spelling of its letters. */
const User = v.looseObject({ login: v.string() });

export const Label = v.looseObject({ id: Count, name: v.string() });

const EXPECTED = "Expected an http or https URL";
const WebAddress = v.pipe(v.string(EXPECTED), v.regex(/^https?:\/\/[!-~]{1,1000}$/, EXPECTED));

/** An issue, as far as a cell can be made of it. */
export const Issue = v.looseObject({
  number: Count,
  html_url: WebAddress,
  body: v.string(),
  repository: v.looseObject({ id: Count }),
});
export type Issue = v.InferOutput<typeof Issue>;

/** An issue in a list: what is kept of it, for whoever files one says how long its text is. */
export const ListedIssue = v.object({
  number: Count,
  html_url: WebAddress,
  repository: v.object({ id: Count }),
  labels: v.nullish(v.array(v.object({ id: Count, name: v.string() }))),
});
export type ListedIssue = v.InferOutput<typeof ListedIssue>;

/** An issue with what only the tracker itself can tell. */
export const TrackedIssue = v.looseObject({
  ...Issue.entries,
  state: v.string(),
  labels: v.nullish(v.array(Label)),
  updated_at: Timestamp,
});
export type TrackedIssue = v.InferOutput<typeof TrackedIssue>;

/** One thing that happened to an issue: a comment, a label that came or went, or anything else. */
export const TimelineEntry = v.object({
  id: Count,
  type: v.string(),
  user: v.nullish(User),
  body: v.nullish(v.string()),
  created_at: Timestamp,
  label: v.nullish(Label),
});
export type TimelineEntry = v.InferOutput<typeof TimelineEntry>;

/** What a bridge keeps of an issue, for what neither a tracker nor a cell can prove. */
export const Remembered = v.strictObject({
  schema_version: v.literal(1),
  /** The mission that was begun for it, and what of. */
  mission: v.optional(
    v.strictObject({
      mission_id: MissionId,
      title: v.string(),
      objective: v.string(),
      repository: v.optional(v.string()),
      ref: v.optional(v.string()),
      /** The digest of the issue's body. */
      body_sha256: v.string(),
    }),
  ),
  /** What was said in it without a look at what was said before: its talk is too long to be read. */
  said: v.optional(v.array(v.picklist(["unread", "ended"]))),
});
export type Remembered = v.InferOutput<typeof Remembered>;
export type Begun = NonNullable<Remembered["mission"]>;

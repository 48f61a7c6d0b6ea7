/**
 * Schemas of the records that this host keeps about issues and accounts.
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "../../base/id.ts";
import { Count } from "../../base/number.ts";

/** The accounts that have accepted proposals. */
export const AccountsRecord = v.strictObject({
  schema_version: v.literal(1),
  /** The URL of the tracker: in another one, the same number is another account. */
  tracker: v.string(),
  /** Their numbers by login, in lower case. */
  accounts: v.record(v.string(), Count),
});

/** What was done about an issue: neither the tracker nor a cell can prove these facts. */
export const IssueRecord = v.strictObject({
  schema_version: v.literal(1),
  /** The mission whose creation was started, and its proposal. */
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
  /** Comments posted without checking for earlier ones, because the timeline was too large. */
  said: v.optional(v.array(v.picklist(["unread", "ended"]))),
});
export type IssueRecord = v.InferOutput<typeof IssueRecord>;
export type RecordedMission = NonNullable<IssueRecord["mission"]>;

/**
 * Whether an issue may have changed after its acceptance.
 *
 * The tracker does not show when a text was edited, only when the issue last changed. So every
 * later change counts, unless the text is known to be the accepted one, or the last change is
 * that of an account which the operator ignores.
 *
 * @module
 */
import { parseTimestamp } from "../../base/time.ts";
import { quoted } from "../../base/printable.ts";
import type { AcceptanceInput } from "./acceptance-input.ts";
import type { TimelineEntry } from "./gitea.ts";

const CHANGED = "the issue was changed, or commented on, after it was accepted";

/** Why the text may differ from what was accepted; undefined if it cannot. */
export function describeLaterChange(
  input: AcceptanceInput,
  acceptance: TimelineEntry,
): string | undefined {
  if (isKnownText(input, acceptance)) return undefined;
  const later = input.timeline.slice(input.timeline.indexOf(acceptance) + 1);
  const isIgnored = ({ user }: TimelineEntry) => includesLogin(input.ignore, user?.login);
  const last = later.every(isIgnored) ? (later.at(-1) ?? acceptance) : acceptance;
  if (!isLater(input.issue.updated_at, last.created_at)) return undefined;
  const accounts = loginsOf(later.filter((entry) => !isIgnored(entry)));
  if (accounts.length === 0) return `${CHANGED}: its text may have been edited; review it again`;
  const names = accounts.slice(0, 5).map(quoted).join(", ");
  return `${CHANGED}, by ${names}: review it again; if that is a bot, the operator can list it in gitea_ignore_accounts`;
}

/** The logins of the accounts behind timeline entries, each once; that of a deleted one is Ghost. */
export const loginsOf = (entries: readonly TimelineEntry[]): string[] => [
  ...new Set(entries.map(({ user }) => user?.login ?? "Ghost")),
];

/** True if one of the bridge's comments, which count as changes too, has the digest of this text. */
const isKnownText = (
  { comments, digest }: AcceptanceInput,
  { id: acceptance }: TimelineEntry,
): boolean =>
  comments.some(
    (comment) =>
      comment.kind === "waiting" &&
      comment.acceptance === acceptance &&
      comment.idOrDigest === digest,
  );

const includesLogin = (logins: readonly string[], login: string | undefined): boolean =>
  logins.some((each) => each.toLowerCase() === login?.toLowerCase());

/** True if `time` is later than `other`, or one of them cannot be read. */
function isLater(time: string, other: string): boolean {
  const [one, two] = [time, other].map(parseTimestamp);
  return one === undefined || two === undefined || one > two;
}

/**
 * The hidden line under each of the bridge's comments, by which a later pass recognizes them.
 *
 * Anyone can write such a line, and some accounts can edit our comments. So it contains a signature
 * of its issue and its contents, with the bridge's own key; older versions signed with the token.
 *
 * @module
 */
import type { SignedComment } from "../form/acceptance-input.ts";
import type { IssueKey, TimelineEntry } from "../form/gitea.ts";

const LINE =
  /<!-- lazarus-pit (made|refused|waiting|ended) (\d{1,15}) ([0-9a-f-]{1,64}) ([0-9a-f]{64}) -->\s*$/;

/** The signed line to put under `comment` on `issue`. */
export const signatureLine = (key: string, issue: IssueKey, comment: SignedComment): string =>
  `<!-- lazarus-pit ${comment.kind} ${comment.acceptance} ${comment.idOrDigest} ${signatureOf(key, issue, comment)} -->`;

/** True for a comment with such a line, whose signature may be wrong. */
export const mayBeSigned = (body: string | null | undefined): boolean => LINE.test(body ?? "");

/** The comments on an issue that are signed with one of `keys`, the oldest first. */
export const signedComments = (
  keys: readonly string[],
  issue: IssueKey,
  timeline: readonly TimelineEntry[],
): SignedComment[] =>
  timeline.flatMap(({ type, body }) => {
    const [, kind, acceptance, idOrDigest = "", signature] = LINE.exec(body ?? "") ?? [];
    if (type !== "comment" || kind === undefined) return [];
    const comment = {
      kind: kind as SignedComment["kind"],
      acceptance: Number(acceptance),
      idOrDigest,
    };
    return keys.some((key) => signatureOf(key, issue, comment) === signature) ? [comment] : [];
  });

/** The comments on an issue with such a line, but without a signature by one of `keys`. */
export const foreignComments = (
  keys: readonly string[],
  issue: IssueKey,
  timeline: readonly TimelineEntry[],
): TimelineEntry[] =>
  timeline.filter(
    (entry) => mayBeSigned(entry.body) && signedComments(keys, issue, [entry]).length === 0,
  );

/** The digest of an issue's body, as 64 hexadecimal digits. */
export const digestOf = (body: string): string =>
  new Bun.CryptoHasher("sha256").update(body).digest("hex");

function signatureOf(
  key: string,
  { repository, number }: IssueKey,
  comment: SignedComment,
): string {
  const { kind, acceptance, idOrDigest } = comment;
  const text = JSON.stringify([repository.id, number, kind, acceptance, idOrDigest]);
  return new Bun.CryptoHasher("sha256", key).update(text).digest("hex");
}

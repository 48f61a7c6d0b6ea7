/**
 * The hidden line under each of our comments, by which a later pass knows what was said.
 *
 * Anyone can write such a line, and who may write issues can edit our comments, so it is
 * signed with a key of our own: for this one issue, and this one word on it. Before there was
 * such a key it was signed with the token.
 *
 * @module
 */
import type { Mark } from "../../rules/acceptance.ts";
import type { Issue, TimelineEntry } from "../../schemas/gitea.ts";

/** What a line is bound to. */
type Named = Pick<Issue, "number" | "repository">;

const LINE =
  /<!-- lazarus-pit (made|refused|waiting|ended) (\d{1,15}) ([0-9a-f-]{1,64}) ([0-9a-f]{64}) -->\s*$/;

/** The line for `mark` under a comment on `issue`. */
export const markLine = (key: string, issue: Named, mark: Mark): string =>
  `<!-- lazarus-pit ${mark.kind} ${mark.acceptance} ${mark.detail} ${signatureOf(key, issue, mark)} -->`;

/** True for a comment that can hold such a line. */
export const mayBeMarked = (body: string | null | undefined): boolean => LINE.test(body ?? "");

/** What we said in an issue by one of these keys, first word first. */
export const marksIn = (
  keys: readonly string[],
  issue: Named,
  timeline: readonly TimelineEntry[],
): Mark[] =>
  timeline.flatMap(({ type, body }) => {
    const [, kind, acceptance, detail = "", signature] = LINE.exec(body ?? "") ?? [];
    if (type !== "comment" || kind === undefined) return [];
    const mark = { kind: kind as Mark["kind"], acceptance: Number(acceptance), detail };
    return keys.some((key) => signatureOf(key, issue, mark) === signature) ? [mark] : [];
  });

/** The digest of a body, by which it is known again. */
export const digestOf = (body: string): string =>
  new Bun.CryptoHasher("sha256").update(body).digest("hex");

function signatureOf(key: string, { repository, number }: Named, mark: Mark): string {
  const said = JSON.stringify([repository.id, number, mark.kind, mark.acceptance, mark.detail]);
  return new Bun.CryptoHasher("sha256", key).update(said).digest("hex");
}

/**
 * Which accounts may accept proposals. A login can be renamed and then taken by somebody else, so
 * an account is known by its number, which is recorded when its login is first seen.
 *
 * @module
 */
import { quoted } from "../../base/printable.ts";
import { type Account, LABELS, type TimelineEntry } from "./gitea.ts";

/** The numbers of accounts by their logins in lower case, as they were when first seen. */
export type KnownAccounts = Readonly<Record<string, number>>;

/** `toRecord` is an account that is seen for the first time. */
export type AccepterCheck =
  | { readonly isAllowed: true; readonly toRecord?: KnownAccounts }
  | { readonly isAllowed: false; readonly why: string };

const NOT_ALLOWED: AccepterCheck = {
  isAllowed: false,
  why: `${LABELS.accepted} was set by an account that may not accept proposals`,
};

/** The timeline entry that set the label; undefined if the label was removed since. */
export function acceptanceOf(timeline: readonly TimelineEntry[]): TimelineEntry | undefined {
  const last = timeline.findLast(
    ({ type, label }) => type === "label" && label?.name === LABELS.accepted,
  );
  return last?.body === "1" ? last : undefined;
}

/** Checks the account that accepted last; undefined if the timeline does not show it. */
export function checkAccepterOf(
  timeline: readonly TimelineEntry[],
  allow: readonly string[],
  known: KnownAccounts,
): AccepterCheck | undefined {
  const acceptance = acceptanceOf(timeline);
  return acceptance && checkAccount(acceptance.user, allow, known);
}

/** `allow` are the logins of the accounts that may accept. */
function checkAccount(
  account: Account | null | undefined,
  allow: readonly string[],
  known: KnownAccounts,
): AccepterCheck {
  const names = allow.map((login) => login.toLowerCase());
  // A deleted account has no number of its own.
  if (!account || account.id <= 0) return NOT_ALLOWED;
  const numberOf = (name: string) => (Object.hasOwn(known, name) ? known[name] : undefined);
  if (names.some((name) => numberOf(name) === account.id)) return { isAllowed: true };
  const name = account.login.toLowerCase();
  if (!names.includes(name)) return NOT_ALLOWED;
  const expected = numberOf(name);
  if (expected === undefined) return { isAllowed: true, toRecord: { [name]: account.id } };
  return {
    isAllowed: false,
    why: `${LABELS.accepted} was set by account ${account.id}, which has the name ${quoted(account.login)} now; the account that may accept proposals under that name is ${expected}`,
  };
}

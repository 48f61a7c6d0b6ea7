/**
 * The labels of issues: which issues have one, and giving one to an issue.
 *
 * Gitea looks names up among the repository's own labels. It ignores the name of an unknown one, or
 * of one of the organisation, so it lists all issues for it, or none, and may add nothing. A tracker
 * without a list of labels is judged by the labels that its issues have.
 *
 * @module
 */
import * as v from "valibot";
import { hasLabel } from "../form/acceptance.ts";
import { quoted } from "../../base/printable.ts";
import { OperatorError } from "../../base/errors.ts";
import { Label, type ListedIssue } from "../form/gitea.ts";
import type { RepositoryCaller } from "./api.ts";
import { checked } from "./checked-response.ts";
import type { LabelList, LabelLists } from "./label-lists.ts";

const HINT = "create the labels with: accept-proposals --setup";
const UNSEEN_HINT = `${HINT}; or, if they are labels of the organisation, use a token that also has the scope read:organization`;

/** The cause of the error for a label that the repository lacks. */
const MISSING = "missing label";

/** True for the error of a label that the repository lacks. */
export const isMissingLabel = (error: unknown): error is OperatorError =>
  error instanceof OperatorError && error.cause === MISSING;

/**
 * The issues with the label `name`. `listIssues` lists those that the tracker finds for a label, or
 * all issues for undefined.
 *
 * @throws {OperatorError} when a call fails, or neither the repository nor its organisation has
 *   the label.
 */
export async function issuesWithLabel(
  lists: LabelLists,
  name: string,
  listIssues: (label?: string) => Promise<ListedIssue[]>,
): Promise<ListedIssue[]> {
  const having = (list: readonly ListedIssue[]) => list.filter((issue) => hasLabel(issue, name));
  const list = await listIssues(name);
  const found = having(list);
  if (found.length > 0) return found;
  const doing = `Cannot list the issues with the label ${quoted(name)}`;
  const own = await lists.ownIfListed();
  // A list of issues without the label was not filtered, so it holds all issues.
  const all = own !== undefined || list.length > 0 ? list : await listIssues();
  const labels = own ?? all.flatMap((issue) => issue.labels ?? []);
  // Without a list of labels, an empty list of issues does not tell that the label is missing.
  if (own === undefined && list.length === 0 && similarLabel(name, labels) === undefined) return [];
  const { isOwn } = await findLabel(lists, labels, { name, doing });
  if (own === undefined) return having(all);
  return isOwn || list.length > 0 ? [] : having(await listIssues());
}

/** The label whose name differs from `name` by upper and lower case at most. */
export const similarLabel = (name: string, labels: LabelList): LabelList[number] | undefined =>
  labels.find((label) => label.name.toLowerCase() === name.toLowerCase());

/** The label of the repository, or else that of its organisation. */
async function findLabel(
  lists: LabelLists,
  own: LabelList,
  { name, doing }: { readonly name: string; readonly doing: string },
): Promise<{ readonly isOwn: boolean; readonly id: number }> {
  const found = own.find((label) => label.name === name);
  if (found !== undefined) return { isOwn: true, id: found.id };
  const organisation = await lists.organisation();
  const shared = organisation?.find((label) => label.name === name);
  if (shared !== undefined) return { isOwn: false, id: shared.id };
  throw missingLabel(doing, similarLabel(name, own)?.name, organisation === undefined);
}

function missingLabel(
  doing: string,
  similar: string | undefined,
  isUnseen: boolean,
): OperatorError {
  const other =
    similar === undefined ? "" : `, only ${quoted(similar)}: upper and lower case differ`;
  const unseen =
    isUnseen && similar === undefined ? ", and the token may not see those of an organisation" : "";
  const message = `${doing}: the repository has no such label${other}${unseen}`;
  const hint = unseen === "" ? HINT : UNSEEN_HINT;
  return new OperatorError("unavailable", message, hint, { cause: MISSING });
}

/**
 * Adds the label `name` to an issue, and returns all of its labels.
 *
 * @throws {OperatorError} when a call fails, or neither the repository nor its organisation has
 *   the label.
 */
export async function addLabel(
  call: RepositoryCaller,
  lists: LabelLists,
  number: number,
  name: string,
): Promise<LabelList> {
  const add = async (label: string | number): Promise<LabelList> =>
    checked(v.array(Label), await call("POST", `issues/${number}/labels`, { labels: [label] }));
  const isIn = (labels: LabelList) => labels.some((label) => label.name === name);
  const labels = await add(name);
  if (isIn(labels)) return labels;
  const doing = `Cannot set the label ${quoted(name)} of issue ${number}`;
  const own = (await lists.ownIfListed()) ?? [];
  const { id } = await findLabel(lists, own, { name, doing });
  const more = await add(id);
  if (isIn(more)) return more;
  throw missingLabel(doing, undefined, false);
}

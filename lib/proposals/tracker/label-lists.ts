/**
 * The labels of a repository, and those that its organisation gives to all of its repositories.
 *
 * @module
 */
import * as v from "valibot";
import { OperatorError } from "../../base/errors.ts";
import { printError } from "../../host/stdio/stdio.ts";
import { Label } from "../form/gitea.ts";
import { allPages } from "./all-pages.ts";
import { callApi, type ApiAccess, type RepositoryCaller } from "./api.ts";

/** An empty page may be null. */
const LabelPage = v.nullish(v.array(Label), []);

export type LabelList = readonly v.InferOutput<typeof Label>[];

/** The labels that an issue of a repository can have. Each function calls the tracker. */
export interface LabelLists {
  /** The repository's own labels. */
  own(): Promise<LabelList>;
  /** The same; undefined if the tracker does not have that list (404), which is reported once. */
  ownIfListed(): Promise<LabelList | undefined>;
  /** Those of its organisation; empty without one, undefined if the token may not see them. */
  organisation(): Promise<LabelList | undefined>;
}

/** The lists of the repository `owner/name`; its own labels are read once. */
export function labelListsOf(
  access: ApiAccess,
  repository: string,
  call: RepositoryCaller,
): LabelLists {
  let own: Promise<LabelList> | undefined;
  let ownIfListed: Promise<LabelList | undefined> | undefined;
  const readOwn = () => (own ??= allPages((page) => call("GET", `labels?${page}`), LabelPage));
  return {
    own: readOwn,
    ownIfListed: () => (ownIfListed ??= readOwn().catch(tellUnlisted)),
    organisation: () => organisationLabels(access, repository),
  };
}

/** The repository exists, because its issues were listed before. */
function tellUnlisted(error: unknown): undefined {
  if (!hasFault(error, "no_input")) throw error;
  const { message } = error as OperatorError;
  printError(`accept-proposals: ${message}; going on with the labels that its issues have\n`);
}

/** A token for issues alone, without the scope read:organization, may not see these labels. */
async function organisationLabels(
  access: ApiAccess,
  repository: string,
): Promise<LabelList | undefined> {
  const path = `${repository.split("/")[0]}/labels`;
  try {
    return await allPages(
      (page) => callApi(access, { method: "GET", path: `${path}?${page}`, of: "orgs" }),
      LabelPage,
    );
  } catch (error) {
    if (hasFault(error, "no_permission")) return undefined;
    if (hasFault(error, "no_input")) return [];
    throw error;
  }
}

/** True for an OperatorError of that kind. */
export const hasFault = (error: unknown, fault: OperatorError["fault"]): boolean =>
  error instanceof OperatorError && error.fault === fault;

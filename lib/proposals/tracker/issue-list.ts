/**
 * Listing the issues of a repository, also where one of them is too large to read.
 *
 * @module
 */
import * as v from "valibot";
import { ListedIssue } from "../form/gitea.ts";
import { printError } from "../../host/stdio/stdio.ts";
import { allPages, type FailedPage, pageQuery } from "./all-pages.ts";
import { isResponseTooLarge } from "./api-errors.ts";
import type { RepositoryCaller } from "./api.ts";
import { checked } from "./checked-response.ts";

/** Issues too large to read that are skipped before the list itself fails. */
const MAX_SKIPPED = 10;

const IssuePage = v.array(ListedIssue);

/**
 * The issues that the tracker finds for a label; without one, all that are in that state.
 *
 * @throws {OperatorError} when a call fails, or the list does not end.
 */
export async function listIssues(
  call: RepositoryCaller,
  state: "open" | "all",
  label?: string,
): Promise<ListedIssue[]> {
  const filter = label === undefined ? "" : `labels=${encodeURIComponent(label)}&`;
  const fetchPage = (page: string) =>
    call("GET", `issues?state=${state}&type=issues&${filter}${page}`);
  const found = await allPages(fetchPage, IssuePage, singleReader(fetchPage));
  // An issue that is filed meanwhile moves the others, so that a page repeats the end of the last.
  return [...new Map(found.map((issue) => [issue.number, issue])).values()];
}

/**
 * Returns a function that reads the issues of a page one at a time, if that page is too large, and
 * skips those that are too large themselves. Anyone can file such an issue, which would otherwise
 * prevent the list from being read at all.
 */
function singleReader(fetchPage: (query: string) => Promise<unknown>) {
  let skipped = 0;
  return async (error: unknown, { number, size }: FailedPage): Promise<ListedIssue[]> => {
    if (!isResponseTooLarge(error)) throw error;
    const found: ListedIssue[] = [];
    for (let at = (number - 1) * size + 1; at <= number * size; at++) {
      try {
        found.push(...checked(IssuePage, await fetchPage(pageQuery(at, 1))));
      } catch (other) {
        if (!isResponseTooLarge(other) || ++skipped > MAX_SKIPPED) throw other;
        printError(`accept-proposals: skipped an issue that is too large to read\n`);
      }
    }
    return found;
  };
}

/**
 * Reading the tracker's lists, page by page.
 *
 * @module
 */
import type * as v from "valibot";
import { OperatorError } from "../../base/errors.ts";
import { checked } from "./checked-response.ts";

/** Entries per page, and pages per list: a longer list is an error of the tracker. */
const PAGE_SIZE = 50;
export const MAX_PAGES = 200;

/**
 * All entries of a list. `fetchPage` gets the query of one page, and `page` is the schema of a page.
 *
 * @throws {OperatorError} when a call fails, a response is not what `page` says, or the list does
 *   not end.
 */
export async function allPages<T>(
  fetchPage: (query: string) => Promise<unknown>,
  page: v.GenericSchema<unknown, T[]>,
): Promise<T[]> {
  const all: T[] = [];
  for (let number = 1; number <= MAX_PAGES; number++) {
    const items = checked(page, await fetchPage(`page=${number}&limit=${PAGE_SIZE}`));
    // The tracker may limit the page size further, so only an empty page is the last.
    if (items.length === 0) return all;
    all.push(...items);
  }
  throw tooManyPages();
}

export const tooManyPages = (): OperatorError =>
  new OperatorError(
    "data_error",
    `Cannot read a list of more than ${MAX_PAGES} pages`,
    "check that the tracker's lists come to an end",
  );

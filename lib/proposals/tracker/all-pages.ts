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
const MAX_PAGES = 200;

/** A page that could not be read: its number from 1, and the number of entries of a whole page. */
export interface FailedPage {
  readonly number: number;
  readonly size: number;
}

/** Returns the entries of a page that could not be read in another way, or throws the error. */
type ReadOtherwise<T> = (error: unknown, page: FailedPage) => Promise<T[]>;

/** The part of a query that asks for one page. */
export const pageQuery = (number: number, size: number): string => `page=${number}&limit=${size}`;

/**
 * All entries of a list. `fetchPage` gets the query of one page, and `page` is the schema of a page.
 *
 * @throws {OperatorError} when a call fails, a response is not what `page` says, or the list does
 *   not end.
 */
export async function allPages<T>(
  fetchPage: (query: string) => Promise<unknown>,
  page: v.GenericSchema<unknown, T[]>,
  readOtherwise: ReadOtherwise<T> = (error) => Promise.reject(error),
): Promise<T[]> {
  const all: T[] = [];
  let size = 0;
  for (let number = 1; number <= MAX_PAGES; number++) {
    try {
      const items = checked(page, await fetchPage(pageQuery(number, PAGE_SIZE)));
      // The tracker may limit the page size further, so only an empty page is the last.
      if (items.length === 0) return all;
      addEntries(all, items);
      size = Math.max(size, items.length);
    } catch (error) {
      addEntries(all, await readOtherwise(error, { number, size: size || PAGE_SIZE }));
    }
  }
  throw endlessList();
}

/** A tracker that ignores the limit of a page must not fill the memory. */
function addEntries<T>(all: T[], items: readonly T[]): void {
  if (all.length + items.length > MAX_PAGES * PAGE_SIZE) throw endlessList();
  all.push(...items);
}

const endlessList = (): OperatorError =>
  new OperatorError(
    "data_error",
    `Cannot read a list of more than ${MAX_PAGES} pages of ${PAGE_SIZE} entries`,
    "check that the tracker's lists come to an end",
  );

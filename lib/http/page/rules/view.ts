/**
 * What the user selected: filters, order, and the number of rows.
 *
 * @module
 */
import type { DisplayStatus } from "../../../verdict/display-status.ts";
import type { Entry } from "./entry.ts";
import type { ColumnName } from "./sort.ts";

export type StatusFilter = DisplayStatus | "all";

export interface View {
  readonly status: StatusFilter;
  /** Every one of these must occur in a cell's text; in lower case. */
  readonly words: readonly string[];
  readonly column: ColumnName;
  readonly descending: boolean;
  /** The most rows that are drawn. */
  readonly limit: number;
}

/** The number of rows drawn at first, and added by "Show more"; also of entries in the lists. */
export const CHUNK = 100;

export const FIRST_VIEW: View = {
  status: "all",
  words: [],
  column: "status",
  descending: false,
  limit: CHUNK,
};

/** Filters by a status, or by none if this status is the filter already. */
export const toggleStatus = (view: View, status: StatusFilter): View => ({
  ...view,
  status: view.status === status ? "all" : status,
  limit: CHUNK,
});

/** Filters by the words of a text. */
export const searchFor = (view: View, text: string): View => ({
  ...view,
  words: text.toLowerCase().split(/\s+/).filter(Boolean),
  limit: CHUNK,
});

/** Sorts by a column, and by the same column the other way around. Ages start with the oldest. */
export const sortBy = (view: View, column: ColumnName): View => ({
  ...view,
  column,
  descending: view.column === column ? !view.descending : column === "age",
  limit: CHUNK,
});

/** Shows more rows. */
export const showMore = (view: View): View => ({ ...view, limit: view.limit + CHUNK });

/** The view on paper: the worst first, all `sick` cells that need attention, and some of the others. */
export const onPaper = (view: View, sick: number): View => ({
  ...view,
  column: "status",
  descending: false,
  limit: sick + CHUNK,
});

/** Whether a cell matches the filters. Resting cells are not among the healthy ones. */
export const matches = ({ status, words }: View, entry: Entry): boolean =>
  [entry.status, "all"].includes(status) && words.every((word) => entry.searchText.includes(word));

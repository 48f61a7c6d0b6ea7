/**
 * The view as the query of the page's address, so that it survives a reload and can be shared.
 *
 * @module
 */
import { DISPLAY_STATUSES } from "../../../verdict/display-status.ts";
import { COLUMN_ORDER, type ColumnName } from "./sort.ts";
import { FIRST_VIEW, searchFor, type StatusFilter, type View } from "./view.ts";

/** The query of a view, with `?`; empty for the first view. `sort=-age` is descending. */
export function queryOf({ status, words, column, descending }: View): string {
  const query = new URLSearchParams();
  if (words.length > 0) query.set("q", words.join(" "));
  if (status !== FIRST_VIEW.status) query.set("status", status);
  if (column !== FIRST_VIEW.column || descending)
    query.set("sort", `${descending ? "-" : ""}${column}`);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** The view of a query; what it does not know, or is not one of the choices, is ignored. */
export function viewOf(search: string): View {
  const query = new URLSearchParams(search);
  const [, minus, name = ""] = /^(-?)(\w+)$/.exec(query.get("sort") ?? "") ?? [];
  const status = query.get("status") ?? "";
  return {
    ...searchFor(FIRST_VIEW, query.get("q") ?? ""),
    ...(isStatus(status) ? { status } : {}),
    ...(isColumn(name) ? { column: name, descending: minus === "-" } : {}),
  };
}

const isStatus = (text: string): text is StatusFilter =>
  (DISPLAY_STATUSES as readonly string[]).includes(text);

const isColumn = (text: string): text is ColumnName =>
  (COLUMN_ORDER as readonly string[]).includes(text);

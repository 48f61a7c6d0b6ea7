/**
 * What can be said of scan's table on the command line.
 *
 * @module
 */
import type { TableLayout } from "./table.ts";

export const TABLE_FLAGS = ["wide", "columns", "sort", "no-header", "quiet", "watch"] as const;
export type TableFlag = (typeof TABLE_FLAGS)[number];

/** What the flags say of the table. */
export interface TableOptions extends Pick<TableLayout, "columns" | "sort" | "hasHeader"> {
  readonly isWide: boolean;
  /** Print the ids only. */
  readonly isQuiet: boolean;
  /** Scan again after this time. */
  readonly watchSeconds?: number | undefined;
}

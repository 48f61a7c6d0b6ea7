/**
 * One cell over HTTP: the response of `/v1/cells/<id>`.
 *
 * @module
 */
import type { CellRecords } from "../../contract/cell-records.ts";
import type { ReportCell } from "../../contract/report.ts";
import type { StatusChange } from "../../verdict/changes.ts";
import { ROWS, type Row, rowOf } from "../../verdict/rows.ts";

/** A cell of the last report, with the reason for its status. */
export interface CellDetail {
  readonly cell: ReportCell;
  /** The row of the verdict table that decided its status, and its condition as text. */
  readonly row: Row;
  readonly because: string;
  /** Its changes of status since the server started, newest first. */
  readonly changes: readonly StatusChange[];
  /** What is stored about it; null if that cannot be read now, or the endpoint has only reports. */
  readonly records: CellRecords | null;
  /** Whether the endpoint takes orders. */
  readonly takes_orders: boolean;
}

/** Explains a cell of the last report. */
export function cellDetail(
  cell: ReportCell,
  more: Pick<CellDetail, "changes" | "records" | "takes_orders">,
): CellDetail {
  const row = rowOf(cell);
  return { cell, row, because: ROWS[row], ...more };
}

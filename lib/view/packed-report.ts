/**
 * Packs a whole report, of a source that does not send packed ones; the report itself stays as it is.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import type { Report, ReportCell } from "../contract/report.ts";
import { packCell } from "./packed-cell.ts";
import { PackedCells, type PackedReport } from "./packed-cells.ts";
import { ListBuilder } from "./packed-lists.ts";
import { inSlices, type Pause } from "./slices.ts";

/** Packs `report`, its cells by id; where a text is that of `before`, both share it. */
export async function packScannedReport(
  report: Report,
  before: PackedCells | undefined,
  pause?: Pause,
): Promise<PackedReport> {
  const cells = sortedById(report.cells);
  const builder = new ListBuilder(cells.length);
  const ages = new Float64Array(cells.length);
  await inSlices(
    cells.length,
    (from, to) => {
      for (const [at, cell] of cells.slice(from, to).entries()) {
        const [packed, known] = [packCell(cell), before?.textAt(from + at)];
        builder.add(packed.text === known ? { ...packed, text: known } : packed);
        ages[from + at] = cell.age_seconds ?? Number.NaN;
      }
    },
    pause,
  );
  return { head: { ...report, cells: [] }, packed: new PackedCells(builder.lists(), ages) };
}

/** Our programs sort the cells, others may not: to look one up and to compare two reports needs it. */
const sortedById = (cells: readonly ReportCell[]): readonly ReportCell[] =>
  cells.every(({ mission_id }, at) => at === 0 || (cells[at - 1]?.mission_id ?? "") <= mission_id)
    ? cells
    : cells.toSorted((a, b) => (a.mission_id < b.mission_id ? -1 : 1));

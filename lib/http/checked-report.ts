/**
 * The cell that decides whether a report is OK: a probe must not look at all of them each time.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import type { Attention, Report, ReportCell } from "../contract/report.ts";
import type { PackedCells } from "../view/packed-cells.ts";
import { inSteps, type Pause, SLICE_LOOKS } from "../view/slices.ts";

/** `report` with at most one of its cells, with which it is OK exactly if it is with all of them. */
export async function checkedReport(
  report: Report,
  cells: PackedCells,
  pause?: Pause,
): Promise<Report> {
  // A report with a suspicion is never OK, whatever its cells are.
  if (report.suspicion !== undefined) return { ...report, cells: [] };
  const cell = await firstProblem(cells, pause);
  return { ...report, cells: cell === undefined ? [] : [cell] };
}

/** The first cell that is a warning or critical. */
async function firstProblem(cells: PackedCells, pause?: Pause): Promise<ReportCell | undefined> {
  let at = 0;
  await inSteps(() => {
    const end = Math.min(at + SLICE_LOOKS, cells.size);
    while (at < end && !isProblem(cells.attentionAt(at))) at += 1;
    return at < end || at === cells.size;
  }, pause);
  return at < cells.size ? cells.cellAt(at) : undefined;
}

const isProblem = (attention: Attention | undefined): boolean =>
  attention === "critical" || attention === "warning";

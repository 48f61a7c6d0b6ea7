/**
 * The cells that decide the state of a report: a probe must not look at all of them each time.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import type { Attention, Report, ReportCell } from "../contract/report.ts";
import { checkCell } from "../scan/rules/check-state.ts";
import type { PackedCells } from "../view/packed-cells.ts";
import { inSteps, type Pause, SLICE_CELLS, SLICE_LOOKS } from "../view/slices.ts";

/** `report` with at most two of its cells, which give it the state that all of them would. */
export async function checkedReport(
  report: Report,
  cells: PackedCells,
  pause?: Pause,
): Promise<Report> {
  const { suspicion } = report;
  const isCritical = (cell: ReportCell) => checkCell(cell, suspicion) === "CRITICAL";
  const critical = await firstOf(cells, "critical", isCritical, pause);
  // With a suspicion, the report is worse than a warning.
  const warning =
    suspicion === undefined ? await firstOf(cells, "warning", () => true, pause) : undefined;
  return { ...report, cells: [critical, warning].filter((cell) => cell !== undefined) };
}

/** The first cell with this attention that `isWanted`. */
async function firstOf(
  cells: PackedCells,
  attention: Attention,
  isWanted: (cell: ReportCell) => boolean,
  pause?: Pause,
): Promise<ReportCell | undefined> {
  let at = 0;
  let found: ReportCell | undefined;
  await inSteps(() => {
    const end = at + SLICE_LOOKS;
    for (let reads = 0; at < cells.size && at < end && reads < SLICE_CELLS; at++) {
      if (cells.attentionAt(at) !== attention) continue;
      reads += 1;
      const cell = cells.cellAt(at);
      if (isWanted(cell)) found = cell;
      if (found !== undefined) return true;
    }
    return at === cells.size;
  }, pause);
  return found;
}

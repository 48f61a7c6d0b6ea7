/**
 * The cells that `scan --fleet` shows. Each is made when it is shown: many would be in memory twice.
 *
 * @module
 */
import type { FleetCell } from "../contract/fleet-report.ts";
import type { FleetScanOptions } from "./fleet-flags.ts";
import type { FleetLook } from "./fleet-reporter.ts";
import { findMission } from "./named-mission.ts";
import { cellsOfHost } from "./rules/cell-lists.ts";
import { isSelected, needsAttention } from "./rules/cell-selection.ts";

/** All cells, host by host. */
function* allCells({ report, facts }: FleetLook): Generator<FleetCell> {
  const reports = new Map(facts.hosts.map((host) => [host.name, host.report]));
  for (const host of report.hosts) {
    const last = reports.get(host.name);
    if (last !== undefined) yield* cellsOfHost(last, host);
  }
}

/**
 * The ids of the missions that the command line names.
 *
 * @throws {OperatorError} like `findMission`.
 */
export function namedMissions(look: FleetLook, texts: readonly string[]): string[] {
  if (texts.length === 0) return [];
  const known = { ...look.report, cells: [...allCells(look)] };
  return texts.map((text) => findMission(known, text, "read"));
}

/** The selected cells. Without a selection, the table shows only what needs somebody. */
export function* shownCells(
  look: FleetLook,
  { statuses, labels, format }: FleetScanOptions,
  missions: readonly string[],
): Generator<FleetCell> {
  const isSelective = statuses !== undefined || missions.length > 0 || labels.length > 0;
  const selection = { statuses, labels, missions: missions.length === 0 ? undefined : missions };
  const isShown = isSelective
    ? (cell: FleetCell) => isSelected(cell, selection)
    : (cell: FleetCell) => format !== "table" || needsAttention(cell);
  for (const cell of allCells(look)) if (isShown(cell)) yield cell;
}

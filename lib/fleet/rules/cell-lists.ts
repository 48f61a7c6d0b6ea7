/**
 * The cells of each host with the host's name, kept for as long as its report is.
 *
 * @module
 */
import type { FleetCell, FleetHost } from "../../contract/fleet-report.ts";
import type { Report } from "../../contract/report.ts";

/** A report of 50,000 cells has most of them from the look before: those are not copied again. */
export interface CellLists {
  /** The cells of a host's last report, sorted by id; empty if the host is undefined. */
  readonly cellsOf: (report: Report, host: FleetHost | undefined) => readonly FleetCell[];
}

interface KnownList {
  readonly known: boolean;
  readonly cells: readonly FleetCell[];
}

/** The cells of a host's report with its name, sorted by id. */
export const cellsOfHost = ({ cells }: Report, { name, state }: FleetHost): FleetCell[] =>
  cells
    .map((cell) => ({ host: name, known: state === "live", ...cell }))
    .toSorted((a, b) => (a.mission_id < b.mission_id ? -1 : 1));

/** For a report whose cells are made when they are shown: many would be in memory twice. */
export const NO_CELLS: CellLists = { cellsOf: () => [] };

/** Creates empty lists. */
export function createCellLists(): CellLists {
  const kept = new WeakMap<Report, KnownList>();
  return {
    cellsOf(report, host) {
      if (host === undefined) return [];
      const known = host.state === "live";
      const before = kept.get(report);
      if (before?.known === known) return before.cells;
      const cells = cellsOfHost(report, host);
      kept.set(report, { known, cells });
      return cells;
    },
  };
}

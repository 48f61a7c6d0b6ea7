/**
 * Which cells of a fleet are shown.
 *
 * @module
 */
import type { FleetCell } from "../../contract/fleet-report.ts";
import type { Status } from "../../contract/report.ts";
import { matchesLabel } from "../../verdict/report-filter.ts";

/** Selects cells; an undefined part selects all. */
export interface CellSelection {
  readonly hosts?: readonly string[] | undefined;
  /** `not_known` for the cells of hosts that are not live. */
  readonly statuses?: readonly (Status | "not_known")[] | undefined;
  readonly missions?: readonly string[] | undefined;
  readonly known?: boolean | undefined;
  /** Each is `name=value`, or `name` with any value; a cell must have all of them. */
  readonly labels?: readonly string[] | undefined;
}

/** Whether a selection selects a cell. */
export function isSelected(cell: FleetCell, selection: CellSelection): boolean {
  const { hosts, statuses, missions, known, labels = [] } = selection;
  return (
    (known === undefined || cell.known === known) &&
    hosts?.includes(cell.host) !== false &&
    statuses?.includes(cell.known ? cell.status : "not_known") !== false &&
    missions?.includes(cell.mission_id.toLowerCase()) !== false &&
    labels.every((label) => matchesLabel(cell, label))
  );
}

/** True for a known cell that a person should look at. */
export const needsAttention = ({ known, attention }: FleetCell): boolean =>
  known && (attention === "critical" || attention === "warning");

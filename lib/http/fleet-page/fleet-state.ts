/**
 * The state of the fleet's page while it is open.
 *
 * @module
 */
import type { FleetCell } from "../../contract/fleet-report.ts";
import type { FleetDocument } from "../fleet/rules/fleet-feed.ts";

interface FleetState {
  /** Undefined before the first look. */
  fleet: FleetDocument | undefined;
  /** The host whose cells are shown; undefined for all hosts. */
  host: string | undefined;
  /** The cells of that host; undefined until they have come. */
  hostCells: readonly FleetCell[] | undefined;
}

export const fleetState: FleetState = { fleet: undefined, host: undefined, hostCells: undefined };

/**
 * The gate of a fleet: only a mission's home revives it, and only while etcd confirms that.
 *
 * @module
 */
import { whyNotHere } from "../../../fleet/rules/revival.ts";
import type { Gate } from "./gate-context.ts";

export const FLEET_GATES = {
  fleet: ({ fleet, cell, now }) =>
    fleet === undefined ? undefined : whyNotHere(fleet, cell.mission_id, now),
} as const satisfies Record<string, Gate>;

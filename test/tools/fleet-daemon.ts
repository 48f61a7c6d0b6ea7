/**
 * Real daemons with `--fleet`, for tests.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FleetFile } from "../../lib/supervise/revive/fleet-file.ts";
import { idOf, writeCell } from "./cells.ts";
import { DEAD, type Place, placeOf, until } from "./supervised.ts";

/** Settings of a host whose policy revives each dead mission once. */
export const hostSettings = ({ DO }: Place, endpoints: readonly string[]) => ({
  fleet_etcd: { endpoints },
  fleet_lost_after_seconds: 10,
  fleet_alone_seconds: 60,
  revive: [{ command: DO, delay_seconds: 600, budget_per_round: 100 }],
});

/** A host of the fleet with dead missions. */
export function hostOf(
  endpoints: readonly string[],
  name: string,
  missions: readonly number[],
  more: object = {},
): Place {
  const place = placeOf();
  place.configure({ fleet_name: name, ...hostSettings(place, endpoints), ...more });
  // One moment must not explain all silences.
  for (const n of missions) writeCell(place.root, idOf(n), { ...DEAD, age: 60 + 100 * n });
  return place;
}

export const fleetFile = ({ folder }: Place): FleetFile =>
  JSON.parse(readFileSync(join(folder, "fleet.json"), "utf8")) as FleetFile;

export const isConfirmed = (place: Place) => until(() => fleetFile(place).confirmed !== null);

/** What `--plan` says of the gate `fleet`, for all missions that are planned. */
export async function fleetGates(place: Place): Promise<(string | undefined)[]> {
  const { stdout } = await place.call("executable", "--plan", "--json");
  const plan = JSON.parse(stdout) as { gates: { gate: string; text: string }[] }[];
  return plan.map(({ gates }) => gates.find(({ gate }) => gate === "fleet")?.text);
}

/**
 * From the facts of a view to the report of the fleet, look after look.
 *
 * @module
 */
import type { DuplicateMission, FleetReport } from "../contract/fleet-report.ts";
import { createCellLists } from "./rules/cell-lists.ts";
import { type FleetFacts, type FleetView, factsMs, type ViewClock } from "./rules/facts.ts";
import type { FleetHistory } from "./rules/host-history.ts";
import { mergeFleet, duplicateMissions } from "./rules/merge.ts";

/** A report of the fleet, and the facts behind it. */
export interface FleetLook {
  readonly report: FleetReport;
  readonly facts: FleetFacts;
}

/**
 * Creates a function that looks once more, and reports. It must not be called twice at once. The cells
 * of the report are those of `cellLists`.
 */
export function createFleetReporter(
  view: FleetView,
  clock: ViewClock,
  cellLists = createCellLists(),
): () => Promise<FleetLook> {
  let history: FleetHistory = new Map();
  return async () => {
    const facts = await view.look();
    // Asking for the homes may take seconds, which age nothing.
    const [now, nowMs] = [clock.now(), factsMs(clock)];
    const duplicates = await withHomes(duplicateMissions(facts.hosts), view);
    const merged = mergeFleet(facts, { now, nowMs, history, duplicates, cellLists });
    ({ history } = merged);
    return { report: merged.report, facts };
  };
}

async function withHomes(
  duplicates: readonly DuplicateMission[],
  { homesOf, failure }: FleetView,
): Promise<readonly DuplicateMission[]> {
  // An etcd that did not answer the look would only delay what the look says.
  if (duplicates.length === 0 || homesOf === undefined || failure !== undefined) return duplicates;
  const homes = await homesOf(duplicates.map(({ mission_id }) => mission_id));
  return duplicates.map((each) => ({ ...each, home: homes.get(each.mission_id) ?? null }));
}

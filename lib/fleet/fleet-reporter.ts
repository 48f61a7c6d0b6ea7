/**
 * From the facts of a view to the report of the fleet, look after look.
 *
 * @module
 */
import type { FleetReport } from "../contract/fleet-report.ts";
import { createCellLists } from "./rules/cell-lists.ts";
import { type FleetFacts, type FleetView, factsMs, type ViewClock } from "./rules/facts.ts";
import type { FleetHistory } from "./rules/host-history.ts";
import { mergeFleet, duplicateMissions } from "./rules/merge.ts";

/** A report of the fleet, and the facts behind it. */
export interface FleetLook {
  readonly report: FleetReport;
  readonly facts: FleetFacts;
}

/** Creates a function that looks once more, and reports. It must not be called twice at once. */
export function createFleetReporter(view: FleetView, clock: ViewClock): () => Promise<FleetLook> {
  let history: FleetHistory = new Map();
  const cellLists = createCellLists();
  return async () => {
    const facts = await view.look();
    // Asking for the homes may take seconds, which age nothing.
    const [now, nowMs] = [clock.now(), factsMs(clock)];
    const ids = duplicateMissions(facts.hosts).map(({ mission_id }) => mission_id);
    const homes = ids.length === 0 ? undefined : await view.homesOf?.(ids);
    const merged = mergeFleet(facts, {
      now,
      nowMs,
      history,
      homes: homes ?? new Map<string, string>(),
      cellLists,
    });
    ({ history } = merged);
    return { report: merged.report, facts };
  };
}

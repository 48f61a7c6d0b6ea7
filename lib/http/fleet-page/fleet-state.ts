/**
 * The state of the fleet's page while it is open.
 *
 * @module
 */
import type { FleetCell } from "../../contract/fleet-report.ts";
import type { FleetDocument } from "../fleet/rules/fleet-feed.ts";
import { serverClock } from "../page/state.ts";
import { asUnknown, type Outdated, whyOutdated } from "./rules/outdated.ts";
import { Stopwatch } from "./rules/stopwatch.ts";

/** The cells of one host, as the server sent them. */
export interface HostCells {
  readonly generated_at: string;
  readonly cells: readonly FleetCell[];
}

interface FleetState {
  /** Undefined before the first look. */
  fleet: FleetDocument | undefined;
  /** Since when the connection is lost, as people read it; undefined while there is one. */
  offlineSince: string | undefined;
  /** The host whose cells are shown; undefined for all hosts. */
  host: string | undefined;
  /** The cells of that host; undefined until they have come. */
  hostCells: HostCells | undefined;
}

export const fleetState: FleetState = {
  fleet: undefined,
  offlineSince: undefined,
  host: undefined,
  hostCells: undefined,
};

const sinceArrival = new Stopwatch({
  steady: () => performance.now(),
  wall: () => Date.now(),
});
/** How old the last look was when it came, in milliseconds. */
let ageAtArrival = 0;

/** Takes a look, which may come late. One that comes again does not become younger. */
export function takeLook(fleet: FleetDocument): void {
  const { generated_at } = fleet;
  const before = fleetState.fleet?.generated_at;
  fleetState.fleet = fleet;
  if (generated_at === before) return;
  ageAtArrival = Math.max(0, 1000 * serverClock.secondsSince(generated_at));
  const pace = sinceArrival.elapsedMs() / (Date.parse(generated_at) - Date.parse(before ?? ""));
  // Looks from a buffer come after a pause and then at once: they do not tell the time.
  if (before === undefined || (pace > 0.5 && pace < 2)) serverClock.learn(generated_at);
  sinceArrival.restart();
}

/** What the page shows: the last look, or what is left of it once it counts no more, and why. */
export interface ShownFleet {
  readonly fleet: FleetDocument;
  readonly outdated: Outdated | undefined;
}

let shown: ShownFleet | undefined;
/** What `shown` is of. */
let source: FleetDocument | undefined;

/** What the page shows now: the same object until that changes; undefined before the first look. */
export function shownFleet(): ShownFleet | undefined {
  const { fleet, offlineSince } = fleetState;
  if (fleet === undefined) return undefined;
  const ageMs = ageAtArrival + sinceArrival.elapsedMs();
  const outdated = whyOutdated(fleet, { ageMs, isOffline: offlineSince !== undefined });
  if (shown === undefined || fleet !== source || outdated?.why !== shown.outdated?.why)
    shown = { fleet: outdated === undefined ? fleet : asUnknown(fleet, outdated.why), outdated };
  source = fleet;
  return shown;
}

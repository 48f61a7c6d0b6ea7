/**
 * When the last look that the page has got counts no more, why, and what the page shows then: every
 * host is unknown, with what was last known.
 *
 * @module
 */
import type { FleetCell, FleetOverview } from "../../../contract/fleet-report.ts";
import { countFleet } from "../../../fleet/rules/fleet-summary.ts";
import type { FleetDocument } from "../../fleet/rules/fleet-feed.ts";

/** Why a look counts no more, as one clause, and what to do. */
export interface Outdated {
  readonly why: string;
  readonly step: string;
}

/** How the last look came. */
interface Arrival {
  /** Milliseconds since the look, as far as the page can tell. */
  readonly ageMs: number;
  /** The connection to the server is lost. */
  readonly isOffline: boolean;
}

type Schedule = Pick<FleetDocument, "kind" | "generated_at" | "answered_at" | "current_until">;

const MEANWHILE = "meanwhile, scan --fleet shows the fleet on any machine that has its settings";

/** How long a look counts, in milliseconds. */
export const lookLifetimeMs = ({ generated_at, current_until }: Schedule): number =>
  Date.parse(current_until) - Date.parse(generated_at);

/** Why the last look counts no more; undefined if it does. */
export function whyOutdated(look: Schedule, { ageMs, isOffline }: Arrival): Outdated | undefined {
  if (ageMs <= lookLifetimeMs(look)) return undefined;
  const since = momentText(look.generated_at);
  if (isOffline)
    return {
      why: `this page has had no look from its server since ${since}`,
      step: `see that the server runs, and that this browser reaches it; ${MEANWHILE}`,
    };
  if (unansweredMs(look) > ageMs)
    return {
      why: `etcd has not answered this page's server since ${momentText(look.answered_at ?? "")}`,
      step: `on the server, type lazarus-pit fleet check`,
    };
  return {
    why: `this page's server has not ended a look at the fleet since ${since}`,
    step: `on the server, read the journal of serve-health, and restart it; ${MEANWHILE}`,
  };
}

/** For how long etcd had not answered when the look was made. */
const unansweredMs = ({ kind, generated_at, answered_at }: Schedule): number =>
  kind === "etcd" && answered_at !== null ? Date.parse(generated_at) - Date.parse(answered_at) : 0;

const momentText = (timestamp: string): string => `${timestamp.slice(11, 19)} UTC`;

/** The last look without what it says of now. */
export function asUnknown(fleet: FleetDocument, why: string): FleetDocument {
  const hosts = fleet.hosts.map((host) => ({
    ...host,
    state: "unknown" as const,
    why,
    since: fleet.current_until,
    suspicion: null,
    critical: 0,
    warning: 0,
    held: null,
  }));
  const summary = countFleet(hosts);
  const cells = withoutKnowledge(fleet.cells);
  const more = summary.cells.not_known - cells.length;
  return { ...fleet, suspect: false, hosts, summary, cells, more };
}

const unknownCells = new WeakMap<readonly FleetCell[], readonly FleetCell[]>();

/** The cells as last known: the same array for the same cells, so that their rows are kept. */
export function withoutKnowledge(cells: readonly FleetCell[]): readonly FleetCell[] {
  const made = unknownCells.get(cells) ?? cells.map((cell) => ({ ...cell, known: false }));
  unknownCells.set(cells, made);
  return made;
}

/** Whether the cells of one host, which the server sent with `generated_at`, are from the look shown. */
export const isOfLook = (
  { hosts, ...look }: Pick<FleetOverview, "hosts"> & Schedule,
  host: string,
  generated_at: string,
): boolean =>
  hosts.find(({ name }) => name === host)?.state === "live" &&
  Date.parse(look.generated_at) - Date.parse(generated_at) <= lookLifetimeMs(look);

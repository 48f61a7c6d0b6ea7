/**
 * What the event stream and the page get of a fleet: all hosts, and the cells that somebody should
 * look at, at most 2,000 of them.
 *
 * @module
 */
import type {
  FleetCell,
  FleetHost,
  FleetOverview,
  FleetReport,
} from "../../../contract/fleet-report.ts";
import { needsAttention } from "../../../fleet/rules/cell-selection.ts";
import { severityRank } from "../../../verdict/display-status.ts";

/** The most cells in a document: a browser stays usable with them. */
export const MAX_LISTED_CELLS = 2000;

/** A report of a view that keeps looking. */
type ScheduledReport = FleetReport & Pick<FleetDocument, "current_until">;

/** The first event of a stream. */
export interface FleetDocument extends FleetOverview {
  readonly current_until: string;
  /** Those that need attention, the worst first; then those that are not known. */
  readonly cells: readonly FleetCell[];
  /** The number of such cells that were left out. */
  readonly more: number;
}

/** What a reader of the document before needs to update it. `cells` comes whole, when it changed. */
export interface FleetChanges extends Omit<FleetDocument, "hosts" | "cells"> {
  /** The hosts that are new or differ; the rest is as before. */
  readonly hosts: readonly FleetHost[];
  /** The names of hosts that are gone. */
  readonly gone: readonly string[];
  readonly cells?: readonly FleetCell[];
}

/** The document of a report. */
export function fleetDocument({ cells, ...overview }: ScheduledReport): FleetDocument {
  const urgent = cells.filter(needsAttention);
  const unknown = cells.filter(({ known }) => !known);
  const sorted = [...urgent, ...unknown].toSorted(
    (a, b) => Number(b.known) - Number(a.known) || severityRank(a) - severityRank(b),
  );
  return {
    ...overview,
    cells: sorted.slice(0, MAX_LISTED_CELLS),
    more: Math.max(0, sorted.length - MAX_LISTED_CELLS),
  };
}

/** How a document differs from the one before. */
export function fleetChanges(before: FleetDocument, after: FleetDocument): FleetChanges {
  const { hosts, cells, ...head } = after;
  const known = new Map(before.hosts.map((host) => [host.name, fingerprintOfHost(host)]));
  const names = new Set(hosts.map(({ name }) => name));
  const isSame = fingerprintOfCells(before.cells) === fingerprintOfCells(cells);
  return {
    ...head,
    hosts: hosts.filter((host) => known.get(host.name) !== fingerprintOfHost(host)),
    gone: before.hosts.map(({ name }) => name).filter((name) => !names.has(name)),
    ...(isSame ? {} : { cells }),
  };
}

/** A host whose report only became newer has not changed; a page tells its age while it is away. */
const fingerprintOfHost = ({ generated_at, why, ...host }: FleetHost): string =>
  JSON.stringify(host.state === "live" ? host : { ...host, generated_at, why });

/** Cells that only became older have not changed. */
const fingerprintOfCells = (cells: readonly FleetCell[]): string =>
  JSON.stringify(cells.map((cell) => ({ ...cell, age_seconds: null })));

/** The document after its changes, with hosts sorted by name. */
export function withChanges(before: FleetDocument, changes: FleetChanges): FleetDocument {
  const { gone, hosts, cells = before.cells, ...head } = changes;
  const byName = new Map([...before.hosts, ...hosts].map((host) => [host.name, host]));
  for (const name of gone) byName.delete(name);
  const sorted = [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { ...head, hosts: sorted, cells };
}

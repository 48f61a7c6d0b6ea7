/**
 * The report of a fleet: many hosts in one view.
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "../base/id.ts";
import { Count } from "../base/number.ts";
import { Timestamp } from "../base/time.ts";
import { FleetHostName } from "./fleet-settings.ts";
import { ReportCell, Summary, SuspicionCause } from "./report.ts";

/**
 * What a view knows of a host. Only the cells of a `live` host count by their status; those of all
 * others are not known.
 */
export const HostState = v.picklist(["live", "silent", "lost", "unreadable", "unknown"]);
export type HostState = v.InferOutput<typeof HostState>;

/** One host in a fleet: a supervised root under a name. */
export const FleetHost = v.object({
  name: FleetHostName,
  state: HostState,
  /** Why it is not live, as one clause for people. */
  why: v.nullable(v.string()),
  /** Since when it has had this state, as far as this view has seen. */
  since: Timestamp,
  /** From here to `summary`: what its last readable report says; null without one. */
  root: v.nullable(v.string()),
  generated_at: v.nullable(Timestamp),
  summary: v.nullable(Summary),
  /** The version of its program; null with sources, which do not report it. */
  version: v.nullable(v.string()),
  /** The cause that makes the host itself suspect; null unless it is live. */
  suspicion: v.nullable(SuspicionCause),
  /** Its cells with this attention that no suspicion covers; 0 unless it is live. */
  critical: Count,
  warning: Count,
  /** Whether an order of the fleet holds revival there; null where orders are unknown. */
  held: v.nullable(v.boolean()),
});
export type FleetHost = v.InferOutput<typeof FleetHost>;

/** A cell of a host. If the host is not live, `known` is false, and the rest is from its last report. */
export const FleetCell = v.object({
  host: FleetHostName,
  known: v.boolean(),
  ...ReportCell.entries,
});
export type FleetCell = v.InferOutput<typeof FleetCell>;

/** A mission whose cell several hosts show, and the one host that may revive it, if it is known. */
export const DuplicateMission = v.object({
  mission_id: MissionId,
  hosts: v.array(FleetHostName),
  home: v.nullable(FleetHostName),
});
export type DuplicateMission = v.InferOutput<typeof DuplicateMission>;

/** Hosts by state, and the cells of live hosts by status; `not_known` are those of all others. */
export const FleetSummary = v.object({
  hosts: v.object({
    total: Count,
    live: Count,
    silent: Count,
    lost: Count,
    unreadable: Count,
    unknown: Count,
  }),
  cells: v.object({
    total: Count,
    healthy: Count,
    stale: Count,
    incomplete: Count,
    uninitialized: Count,
    /** These count as healthy as well. */
    resting: Count,
    not_known: Count,
  }),
});
export type FleetSummary = v.InferOutput<typeof FleetSummary>;

const HEAD = {
  schema_version: v.literal(1),
  generated_at: Timestamp,
  /** Where the hosts' reports come from. */
  kind: v.picklist(["sources", "etcd"]),
  /** When anything last answered this view; null if nothing has. */
  answered_at: v.nullable(Timestamp),
  /**
   * Until when a reader may show this as current: without a newer report, every host is unknown after
   * it. Absent if no other report is due.
   */
  current_until: v.optional(Timestamp),
  /** Most hosts went at the same time: the network or this view is more likely at fault. */
  suspect: v.boolean(),
  summary: FleetSummary,
  /** Sorted by name. */
  hosts: v.array(FleetHost),
  /** The missions that are shown by several hosts. */
  twice: v.array(DuplicateMission),
} as const;

/** Schema of the report without its cells. */
export const FleetOverview = v.object(HEAD);
export type FleetOverview = v.InferOutput<typeof FleetOverview>;

/** Schema of a report of a fleet. Cells are sorted by host, then by id. */
export const FleetReport = v.object({ ...HEAD, cells: v.array(FleetCell) });
export type FleetReport = v.InferOutput<typeof FleetReport>;

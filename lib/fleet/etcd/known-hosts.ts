/**
 * What a view of etcd has read of its hosts so far.
 *
 * @module
 */
import * as v from "valibot";
import { FleetHostName } from "../../contract/fleet-settings.ts";
import type { Report } from "../../contract/report.ts";
import { parseContract } from "../../contract/parse.ts";
import { AliveRecord } from "../rules/records.ts";
import { unpackReport } from "./report-record.ts";
import { type KeyValue, textOf } from "./txn-answer.ts";

/** How many hosts a view shows: more than this are made up. */
export const MOST_HOSTS = 5000;
/** A longer `alive` record is not read, in characters of base64. */
const LONGEST_ALIVE = 8192;

export interface KnownHost {
  readonly name: string;
  report: Report | undefined;
  unreadable: string | undefined;
  /** The revision that wrote its report. */
  reportRevision: number;
  /** When its report was last read. */
  renewedMs: number | undefined;
  /** The revision of its `alive` key; undefined without a lease. */
  lease: number | undefined;
  /** When this view saw the lease go. */
  goneMs: number | undefined;
  /** By the record of its lease; null if that cannot be used, undefined until it is read. */
  version: string | null | undefined;
}

export interface KnownHosts {
  readonly all: ReadonlyMap<string, KnownHost>;
  /** How many reports etcd holds, as far as this view knows. */
  readonly reports: number;
  clear(): void;
  /** Takes no new hosts but these; undefined for any. */
  admitOnly(names: ReadonlySet<string> | undefined): void;
  takeReport(name: string, value: KeyValue, nowMs: number): void;
  /** Forgets the hosts whose report is gone, except those that have a lease. */
  keepReports(names: ReadonlySet<string>): void;
  /** Takes the revisions of all leases; returns the names of the hosts whose record is not read yet. */
  takeLeases(leases: ReadonlyMap<string, number>, nowMs: number): string[];
  takeAlive(name: string, value: KeyValue): void;
}

export function createKnownHosts(): KnownHosts {
  const all = new Map<string, KnownHost>();
  const reports = new Set<string>();
  let admitted: ReadonlySet<string> | undefined;

  /** Undefined for a name that no host can have. */
  function hostCalled(name: string): KnownHost | undefined {
    const known = all.get(name);
    if (known !== undefined) return known;
    if (all.size >= MOST_HOSTS || admitted?.has(name) === false) return undefined;
    if (!v.is(FleetHostName, name)) return undefined;
    const host = { ...NOTHING, name };
    all.set(name, host);
    return host;
  }

  return {
    all,
    get reports() {
      return reports.size;
    },
    clear() {
      all.clear();
      reports.clear();
    },
    admitOnly(names) {
      admitted = names;
    },
    takeReport(name, { base64, revision }, nowMs) {
      reports.add(name);
      const host = hostCalled(name);
      if (host === undefined) return;
      const read = unpackReport(base64, name);
      host.reportRevision = revision;
      host.renewedMs = nowMs;
      host.unreadable = "unreadable" in read ? read.unreadable : undefined;
      if ("report" in read) host.report = read.report;
    },
    keepReports(names) {
      for (const name of reports) if (!names.has(name)) reports.delete(name);
      for (const { name, lease } of all.values())
        if (!names.has(name) && lease === undefined) all.delete(name);
    },
    takeLeases(leases, nowMs) {
      for (const host of all.values()) {
        if (host.lease === undefined || leases.has(host.name)) continue;
        host.lease = undefined;
        host.goneMs = nowMs;
      }
      return [...leases].flatMap(([name, revision]) => {
        const host = hostCalled(name);
        if (host === undefined) return [];
        // A record that etcd did not answer with is asked for again.
        if (host.lease === revision && host.version !== undefined) return [];
        host.lease = revision;
        host.goneMs = undefined;
        host.version = undefined;
        return [name];
      });
    },
    takeAlive(name, { base64 }) {
      const host = all.get(name);
      const record = parseContract(
        base64.length > LONGEST_ALIVE ? "" : textOf(base64),
        AliveRecord,
      );
      if (host !== undefined)
        host.version = record.outcome === "read" ? record.value.version.slice(0, 100) : null;
    },
  };
}

const NOTHING: Omit<KnownHost, "name"> = {
  report: undefined,
  unreadable: undefined,
  reportRevision: 0,
  renewedMs: undefined,
  lease: undefined,
  goneMs: undefined,
  version: undefined,
};

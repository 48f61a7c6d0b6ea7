/**
 * Hosts of a fleet for tests: the real membership with short times, and made-up reports.
 *
 * @module
 */
import type { Clock } from "../../lib/base/clock.ts";
import type { Report, ReportCell, Status } from "../../lib/contract/report.ts";
import { connectEtcd, type EtcdAccess, type EtcdClient } from "../../lib/fleet/etcd/client.ts";
import { drawLease } from "../../lib/fleet/etcd/lease.ts";
import { joinFleet, type Membership } from "../../lib/fleet/etcd/membership.ts";
import type { FleetTimes } from "../../lib/fleet/etcd/session.ts";
import { fleetKeys } from "../../lib/fleet/rules/keys.ts";
import { whyNotHere } from "../../lib/fleet/rules/revival.ts";
import { hostClock } from "../../lib/host/clock.ts";
import { buildReport } from "../../lib/verdict/report.ts";
import { idOf } from "./cells.ts";

export const KEYS = fleetKeys("/lazarus-pit/v1/");
/** Nothing ends by itself within a test. */
export const LONG: FleetTimes = { lease: 300, alone: 3600, margin: 60, refresh: 3 };
/** etcd ends a lease of 2 s after 2 to 4. */
export const SHORT: FleetTimes = { lease: 2, alone: 4, margin: 2, refresh: 3 };

/** A cell of a report: healthy, or stale. */
export const cellOf = (n: number, status: Status = "healthy"): ReportCell => ({
  mission_id: idOf(n),
  title: null,
  owner: null,
  labels: {},
  source: null,
  status,
  attention: status === "healthy" ? "none" : "critical",
  mission_status: "active",
  state: "working",
  message: null,
  progress: null,
  activity: null,
  last_heartbeat: "2026-01-01T12:00:00.000Z",
  expected_since: "2026-01-01T12:00:00.000Z",
  age_seconds: 1,
  limit_seconds: 300,
  evidence: { process: null, exit: null, host: null },
  problems: [],
});

export const reportOf = (...cells: readonly (number | ReportCell)[]): Report =>
  buildReport(
    {
      now: new Date(),
      host: "kernel-name",
      root: "/var/missions",
      duration_ms: 1,
      suspicion: undefined,
    },
    cells.map((cell) => (typeof cell === "number" ? cellOf(cell) : cell)),
    [],
  );

/** A host of the fleet. */
export interface FleetHost extends Membership {
  readonly name: string;
  readonly etcd: EtcdClient;
  readonly restored: number[];
  /** The id of its lease. */
  readonly lease: string;
  /** One round with these cells. */
  readonly round: (...cells: readonly (number | ReportCell)[]) => Promise<void>;
  /** Why it may not revive a mission; undefined if it may. */
  readonly whyNot: (n: number) => string | undefined;
}

export interface HostOptions {
  readonly times?: FleetTimes;
  readonly clock?: Clock;
  /** A process with the same store is a later process of the same host. */
  readonly store?: string;
  /** Is called at each transaction. */
  readonly onTxn?: () => void;
}

export function fleetHost(
  access: EtcdAccess,
  name: string,
  { times = LONG, clock = hostClock(), store = crypto.randomUUID(), onTxn }: HostOptions = {},
): FleetHost {
  const etcd = connectEtcd(access);
  const txn = etcd.txn.bind(etcd);
  etcd.txn = (...args) => {
    onTxn?.();
    return txn(...args);
  };
  const restored: number[] = [];
  const hash = Bun.hash(store).toString(16).padStart(16, "0");
  const run = `${clock.bootId}/${hash}/${crypto.randomUUID()}`;
  const alive = { v: 1 as const, run, root: "/var/missions", version: "0", interval_seconds: 1 };
  const host = { etcd, keys: KEYS, name, times, lease: drawLease(), alive };
  const member = joinFleet(host, clock, () => restored.push(Date.now()));
  return {
    name,
    etcd,
    restored,
    lease: host.lease,
    tick: member.tick,
    factsFor: member.factsFor,
    leave: member.leave,
    get confirmed() {
      return member.confirmed;
    },
    round: (...cells) => member.tick(reportOf(...cells)),
    whyNot: (n) => whyNotHere(member.factsFor(idOf(n)), idOf(n), clock.now()),
  };
}

/**
 * What a view of etcd knows of its hosts, as facts.
 *
 * @module
 */
import type { FleetFacts, HostFacts } from "../rules/facts.ts";
import type { KnownHost, KnownHosts } from "./known-hosts.ts";
import type { FleetOrders } from "./orders-record.ts";

/** What a look at etcd found, besides the hosts. */
export interface EtcdLook {
  readonly orders: FleetOrders;
  readonly answeredMs: number | undefined;
  readonly pollMs: number;
  /** By which a hold may be over. */
  readonly now: Date;
}

/** The facts of all known hosts. */
export const etcdFacts = ({ all }: KnownHosts, look: EtcdLook): FleetFacts => ({
  kind: "etcd",
  answeredMs: look.answeredMs,
  hosts: [...all.values()].map((host) => hostFacts(host, look)),
});

const hostFacts = (host: KnownHost, { orders, answeredMs, pollMs, now }: EtcdLook): HostFacts => ({
  name: host.name,
  contact: {
    by: "lease",
    hasLease: host.lease !== undefined,
    isReportEarlier: host.reportRevision < (host.lease ?? 0),
    goneMs: host.goneMs,
    renewedMs: host.renewedMs,
    etcdAnsweredMs: answeredMs,
    pollMs,
  },
  report: host.report,
  unreadable: host.unreadable,
  version: host.version ?? null,
  held: orders.holdOn(host.name, now) !== undefined,
});

/**
 * The view of a fleet that publishes to etcd. It polls: a member of etcd that is cut off from its peers
 * keeps a watch open in silence, and would answer a serializable read with old values.
 *
 * @module
 */
import type { FleetKeys } from "../rules/keys.ts";
import type { FleetFacts, FleetView } from "../rules/facts.ts";
import { readAllKeys } from "./all-keys.ts";
import type { EtcdClient } from "./client.ts";
import { EtcdError } from "./etcd-error.ts";
import { etcdFacts } from "./etcd-facts.ts";
import { PAGE_VALUES, readFirstReports } from "./first-reports.ts";
import { createKnownHosts } from "./known-hosts.ts";
import { leaseRecords } from "./lease-records.ts";
import { listKeys } from "./operations.ts";
import { readFleetOrders } from "./orders-record.ts";
import { readHomes } from "./read-homes.ts";
import type { Txn } from "./txn-answer.ts";

export interface EtcdViewOptions {
  readonly etcd: EtcdClient;
  readonly keys: FleetKeys;
  /** The moment of the facts, in milliseconds. */
  readonly nowMs: () => number;
  /** How often it is asked to look. */
  readonly pollMs: number;
}

export interface EtcdView extends FleetView {
  /** Why etcd did not answer the last look; undefined if it did. */
  readonly failure: EtcdError | undefined;
}

export function createEtcdView(options: EtcdViewOptions): EtcdView {
  const { etcd, keys, nowMs, pollMs } = options;
  const hosts = createKnownHosts();
  let orders = readFleetOrders(keys, []);
  /** The revision up to which reports have been read. */
  let seen = 0;
  /** The revision of the look that last took the leases, and how many there were. */
  let leasesSeen = 0;
  let leases = 0;
  let restores = 0;
  let answeredMs: number | undefined;
  let failure: EtcdError | undefined;

  const ask = (): Promise<Txn> =>
    etcd.txn(
      [],
      [
        listKeys(keys.all("alive"), {
          keys_only: true,
          min_mod_revision: String(leasesSeen + 1),
          limit: "1",
        }),
        listKeys(keys.all("orders")),
        listKeys(keys.all("reports"), {
          min_mod_revision: String(seen + 1),
          limit: String(PAGE_VALUES),
          sort_order: "ASCEND",
          sort_target: "MOD",
        }),
      ],
    );

  const start = keys.all("reports");
  const hostIn = (key: string): string => key.slice(start.length);

  /** Reads a page of what is new; returns it if it is the last one. */
  async function readPage(): Promise<Txn | undefined> {
    if (seen === 0) seen = await readFirstReports(etcd, start, hosts, nowMs);
    const page = await ask();
    if (etcd.restores !== restores) {
      // Nothing that was seen before a restore is certain.
      restores = etcd.restores;
      hosts.clear();
      [seen, leasesSeen] = [0, 0];
      return undefined;
    }
    const [, found, reports] = page.ranges;
    for (const each of reports?.keys ?? []) hosts.takeReport(hostIn(each.key), each, nowMs());
    orders = readFleetOrders(keys, found?.keys ?? []);
    const isPartial = reports?.isPartial === true;
    seen = isPartial ? (reports?.keys.at(-1)?.revision ?? seen) : page.revision;
    return isPartial ? undefined : page;
  }

  async function readNews(): Promise<Txn> {
    for (;;) {
      const last = await readPage();
      if (last !== undefined) return last;
    }
  }

  /** Lists the leases only if one came or went since the last list: `count` counts all of them. */
  async function readAll(): Promise<void> {
    const page = await readNews();
    const [alive] = page.ranges;
    const isSame = alive?.keys.length === 0 && alive.count === leases;
    const last = isSame ? page : await takeLeases(page);
    if (last.ranges[2]?.count !== hosts.reports) await dropGone();
  }

  /** Lists the leases, then reads what hosts that came back have reported meanwhile. */
  async function takeLeases({ revision }: Txn): Promise<Txn> {
    const before = restores;
    await listLeases();
    leasesSeen = revision;
    const last = await readNews();
    return restores === before ? last : takeLeases(last);
  }

  /** A host's version is in its record, which is read when it is new. */
  async function listLeases(): Promise<void> {
    const first = keys.all("alive");
    const all = await readAllKeys(etcd, first, { keys_only: true });
    leases = all.length;
    const found = new Map(all.map(({ key, revision }) => [key.slice(first.length), revision]));
    const fresh = hosts.takeLeases(found, nowMs());
    for await (const [name, record] of leaseRecords(etcd, first, fresh))
      hosts.takeAlive(name, record);
  }

  async function dropGone(): Promise<void> {
    const there = await readAllKeys(etcd, start, { keys_only: true });
    hosts.keepReports(new Set(there.map(({ key }) => hostIn(key))));
  }

  async function look(): Promise<FleetFacts> {
    try {
      await readAll();
      answeredMs = nowMs();
      failure = undefined;
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      failure = error;
    }
    return etcdFacts(hosts, { orders, answeredMs, pollMs, now: new Date() });
  }

  return {
    look,
    homesOf: (ids) => readHomes(etcd, keys, ids),
    get failure() {
      return failure;
    },
  };
}

/**
 * The view of a fleet that publishes to etcd. It polls: a member of etcd that is cut off from its peers
 * keeps a watch open in silence, and would answer a serializable read with old values.
 *
 * @module
 */
import type { FleetKeys } from "../rules/keys.ts";
import type { FleetFacts, FleetView } from "../rules/facts.ts";
import { readAllKeys, readKeys } from "./all-keys.ts";
import type { EtcdClient } from "./client.ts";
import { EtcdError } from "./etcd-error.ts";
import { etcdFacts } from "./etcd-facts.ts";
import { createKnownHosts } from "./known-hosts.ts";
import { listKeys } from "./operations.ts";
import { readFleetOrders } from "./orders-record.ts";
import { readHomes } from "./read-homes.ts";
import type { KeyRange, Txn } from "./txn-answer.ts";

/** The most reports in one answer: they may have a megabyte each. */
const PAGE_REPORTS = 200;

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
          limit: String(PAGE_REPORTS),
          sort_order: "ASCEND",
          sort_target: "MOD",
        }),
      ],
    );

  /** Reads a page of what is new; returns whether there is more. */
  async function readPage(): Promise<boolean> {
    const page = await ask();
    if (etcd.restores !== restores) {
      // Nothing that was seen before a restore is certain.
      restores = etcd.restores;
      hosts.clear();
      [seen, leasesSeen] = [0, 0];
      return true;
    }
    const [alive, found, reports] = page.ranges;
    const start = keys.all("reports");
    for (const each of reports?.keys ?? [])
      hosts.takeReport(each.key.slice(start.length), each, nowMs());
    orders = readFleetOrders(keys, found?.keys ?? []);
    const isPartial = reports?.isPartial === true;
    if (!isPartial && alive !== undefined) await takeAlive(alive);
    if (!isPartial) leasesSeen = page.revision;
    seen = isPartial ? (reports?.keys.at(-1)?.revision ?? seen) : page.revision;
    if (!isPartial && reports?.count !== hosts.reports) await dropGone(start);
    return isPartial;
  }

  const keyOf = (name: string): string => keys.host("alive", name);
  const nameIn = (key: string): string => key.slice(keys.all("alive").length);

  /** Lists the leases only if one came or went since the last list: `count` counts all of them. */
  async function takeAlive({ keys: fresh, count }: KeyRange): Promise<void> {
    if (fresh.length === 0 && count === leases) return;
    const start = keys.all("alive");
    const all = await readAllKeys(etcd, start, { keys_only: true });
    leases = all.length;
    await readLeases(new Map(all.map(({ key, revision }) => [nameIn(key), revision])));
  }

  /** A host's version is in its record, which is read when it is new. */
  async function readLeases(found: ReadonlyMap<string, number>): Promise<void> {
    const fresh = hosts.takeLeases(found, nowMs());
    const records = await readKeys(etcd, fresh.map(keyOf));
    for (const name of fresh) {
      const record = records.get(keyOf(name));
      if (record !== undefined) hosts.takeAlive(name, record);
    }
  }

  async function dropGone(start: string): Promise<void> {
    const there = await readAllKeys(etcd, start, { keys_only: true });
    hosts.keepReports(new Set(there.map(({ key }) => key.slice(start.length))));
  }

  async function look(): Promise<FleetFacts> {
    try {
      while (await readPage());
      answeredMs = nowMs();
      failure = undefined;
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      failure = error;
    }
    return etcdFacts(hosts, { orders, answeredMs, pollMs });
  }

  return {
    look,
    homesOf: (ids) => readHomes(etcd, keys, ids),
    get failure() {
      return failure;
    },
  };
}

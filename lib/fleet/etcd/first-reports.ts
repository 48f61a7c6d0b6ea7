/**
 * The first look of a view at the reports in etcd.
 *
 * @module
 */
import { type KeyPage, pagesOfKeys } from "./all-keys.ts";
import type { EtcdClient } from "./client.ts";
import { type KnownHosts, MOST_HOSTS } from "./known-hosts.ts";
import { listKeys } from "./operations.ts";

/** The most values that hosts wrote in one answer: they may have a megabyte each. */
export const PAGE_VALUES = 200;

/**
 * Reads all reports under `start`, by name: in any other order, etcd would sort all of them again for
 * each page. Returns the revision after which a report is new.
 */
export async function readFirstReports(
  etcd: EtcdClient,
  start: string,
  hosts: KnownHosts,
  nowMs: () => number,
): Promise<number> {
  let begun: number | undefined;
  for await (const page of pagesOfKeys(etcd, start, {}, PAGE_VALUES)) {
    if (begun === undefined) hosts.admitOnly(await admittedNames(etcd, start, page));
    begun ??= page.revision;
    for (const each of page.keys) hosts.takeReport(each.key.slice(start.length), each, nowMs());
  }
  hosts.admitOnly(undefined);
  return begun ?? 0;
}

/**
 * Of more hosts than a view shows, those whose reports were there first: nobody can backdate a key, so
 * hosts that are made up come after the real ones. Undefined for all of them.
 */
async function admittedNames(
  etcd: EtcdClient,
  start: string,
  { count }: KeyPage,
): Promise<ReadonlySet<string> | undefined> {
  if (count <= MOST_HOSTS) return undefined;
  const oldest = { sort_order: "ASCEND", sort_target: "CREATE", limit: String(MOST_HOSTS) };
  const { ranges } = await etcd.txn([], [listKeys(start, { ...oldest, keys_only: true })]);
  return new Set((ranges[0]?.keys ?? []).map(({ key }) => key.slice(start.length)));
}

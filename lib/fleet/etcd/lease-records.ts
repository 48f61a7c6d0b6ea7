/**
 * The records of the hosts that have a lease.
 *
 * @module
 */
import { pagesOfKeys, readKeys } from "./all-keys.ts";
import type { EtcdClient } from "./client.ts";
import { PAGE_VALUES } from "./first-reports.ts";
import { MOST_KEYS } from "./operations.ts";
import type { KeyValue } from "./txn-answer.ts";

/** The records of hosts under `start`, with their names. Many are read with all others: that is faster. */
export async function* leaseRecords(
  etcd: EtcdClient,
  start: string,
  names: readonly string[],
): AsyncGenerator<readonly [string, KeyValue]> {
  if (names.length <= MOST_KEYS) {
    const found = await readKeys(
      etcd,
      names.map((name) => start + name),
    );
    for (const [key, record] of found) yield [key.slice(start.length), record];
    return;
  }
  const wanted = new Set(names);
  for await (const { keys } of pagesOfKeys(etcd, start, {}, PAGE_VALUES))
    for (const record of keys) {
      const name = record.key.slice(start.length);
      if (wanted.has(name)) yield [name, record];
    }
}

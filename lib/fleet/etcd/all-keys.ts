/**
 * Reads many keys: all of a kind, page by page, or some by name.
 *
 * @module
 */
import type { EtcdClient } from "./client.ts";
import { getKey, listKeys, MOST_KEYS } from "./operations.ts";
import type { KeyValue } from "./txn-answer.ts";

const PAGE_KEYS = 2000;

/** All keys that start with `start`, which ends with a slash, in order; `more` are fields of a range. */
export async function readAllKeys(
  etcd: EtcdClient,
  start: string,
  more: object = {},
): Promise<KeyValue[]> {
  const found: KeyValue[] = [];
  for (let first = start; ;) {
    const page = listKeys(start, { ...more, limit: String(PAGE_KEYS) }, first);
    const { ranges } = await etcd.txn([], [page]);
    found.push(...(ranges[0]?.keys ?? []));
    if (ranges[0]?.isPartial !== true) return found;
    first = `${found.at(-1)?.key}\0`;
  }
}

/** Those of the keys that are there, by key. */
export async function readKeys(
  etcd: EtcdClient,
  keys: readonly string[],
): Promise<ReadonlyMap<string, KeyValue>> {
  const found = new Map<string, KeyValue>();
  for (let at = 0; at < keys.length; at += MOST_KEYS) {
    const { ranges } = await etcd.txn([], keys.slice(at, at + MOST_KEYS).map(getKey));
    for (const { keys: values } of ranges) for (const value of values) found.set(value.key, value);
  }
  return found;
}

/**
 * Reads many keys: all of a kind, page by page, or some by name.
 *
 * @module
 */
import type { EtcdClient } from "./client.ts";
import { getKey, listKeys, MOST_KEYS } from "./operations.ts";
import type { KeyRange, KeyValue } from "./txn-answer.ts";

const PAGE_KEYS = 2000;

/** Some keys, and the revision at which they were read; `count` counts those from here to the last one. */
export interface KeyPage extends Pick<KeyRange, "keys" | "count"> {
  readonly revision: number;
}

/** Pages of the keys that start with `start`, which ends with a slash, in order; `more` are fields of a range. */
export async function* pagesOfKeys(
  etcd: EtcdClient,
  start: string,
  more: object = {},
  size = PAGE_KEYS,
): AsyncGenerator<KeyPage> {
  for (let first: string | Uint8Array = start; ;) {
    const page = listKeys(start, { ...more, limit: String(size) }, first);
    const { ranges, revision } = await etcd.txn([], [page]);
    const { keys = [], count = 0, isPartial = false, lastKey } = ranges[0] ?? {};
    yield { keys, count, revision };
    if (!isPartial || lastKey === undefined) return;
    first = keyAfter(lastKey);
  }
}

/** The least key after one in base64: of its bytes, since the text of a made-up key may sort before it. */
const keyAfter = (base64: string): Uint8Array =>
  Buffer.concat([Buffer.from(base64, "base64"), Buffer.of(0)]);

/** All keys that start with `start`, as `pagesOfKeys` reads them. */
export async function readAllKeys(
  etcd: EtcdClient,
  start: string,
  more: object = {},
): Promise<KeyValue[]> {
  const found: KeyValue[] = [];
  for await (const { keys } of pagesOfKeys(etcd, start, more)) found.push(...keys);
  return found;
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

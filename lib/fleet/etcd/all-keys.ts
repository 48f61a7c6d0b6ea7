/**
 * Reads all keys of a kind, page by page.
 *
 * @module
 */
import { endOfRange } from "../rules/keys.ts";
import type { EtcdClient } from "./client.ts";
import { listKeys } from "./operations.ts";
import type { KeyValue } from "./txn-answer.ts";

const PAGE_KEYS = 2000;

/** All keys that start with `start`, which ends with a slash, in order; `more` are fields of a range. */
export async function readAllKeys(
  etcd: EtcdClient,
  start: string,
  more: object = {},
): Promise<KeyValue[]> {
  const range_end = Buffer.from(endOfRange(start)).toString("base64");
  const found: KeyValue[] = [];
  for (let next = start; ;) {
    const key = Buffer.from(next).toString("base64");
    const page = listKeys(start, { ...more, key, range_end, limit: String(PAGE_KEYS) });
    const { ranges } = await etcd.txn([], [page]);
    found.push(...(ranges[0]?.keys ?? []));
    if (ranges[0]?.isPartial !== true) return found;
    next = `${found.at(-1)?.key}\0`;
  }
}

/**
 * The homes of some missions, for a view.
 *
 * @module
 */
import * as v from "valibot";
import { FleetHostName } from "../../contract/fleet-settings.ts";
import type { FleetKeys } from "../rules/keys.ts";
import type { EtcdClient } from "./client.ts";
import { EtcdError } from "./etcd-error.ts";
import { getKey } from "./operations.ts";
import { valueIn } from "./txn-answer.ts";

const MOST_KEYS = 50;

/** The homes by mission id, without values that cannot be a host's name; none without an answer. */
export async function readHomes(
  etcd: EtcdClient,
  keys: FleetKeys,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const homes = new Map<string, string>();
  try {
    for (let at = 0; at < ids.length; at += MOST_KEYS) {
      const some = ids.slice(at, at + MOST_KEYS);
      const gets = some.map((id) => getKey(keys.home(id)));
      const txn = await etcd.txn([], gets);
      for (const [index, id] of some.entries()) {
        const home = valueIn(txn, index);
        if (v.is(FleetHostName, home)) homes.set(id, home);
      }
    }
    return homes;
  } catch (error) {
    if (error instanceof EtcdError) return new Map();
    throw error;
  }
}

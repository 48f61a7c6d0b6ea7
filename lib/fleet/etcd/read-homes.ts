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
import { readKeys } from "./all-keys.ts";
import { textOf } from "./txn-answer.ts";

/** The homes by mission id, without values that cannot be a host's name; none without an answer. */
export async function readHomes(
  etcd: EtcdClient,
  keys: FleetKeys,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  try {
    const found = await readKeys(etcd, ids.map(keys.home));
    const homes = ids.map((id) => [id, textOf(found.get(keys.home(id))?.base64 ?? "")] as const);
    return new Map(homes.filter(([, home]) => v.is(FleetHostName, home)));
  } catch (error) {
    if (error instanceof EtcdError) return new Map();
    throw error;
  }
}

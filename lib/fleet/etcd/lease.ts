/**
 * Leases of etcd: keys on a lease go when nobody renews it.
 *
 * @module
 */
import * as v from "valibot";
import type { EtcdClient } from "./client.ts";
import { EtcdError } from "./etcd-error.ts";

/**
 * Draws the id of a lease: a positive number of 63 bits, as text, which JSON numbers cannot hold.
 * The caller draws it, so that a grant whose answer was lost can be repeated.
 */
export const drawLease = (): string =>
  ((crypto.getRandomValues(new BigUint64Array(1))[0] ?? 1n) >> 1n || 1n).toString();

/** Grants a lease; one that is there already was granted by an earlier call whose answer was lost. */
export async function grantLease(etcd: EtcdClient, id: string, seconds: number): Promise<void> {
  try {
    await etcd.call("/v3/lease/grant", { ID: id, TTL: String(seconds) });
  } catch (error) {
    const isGranted = error instanceof EtcdError && error.message.includes("already exists");
    if (!isGranted) throw error;
  }
}

const KeepAlive = v.object({ result: v.object({ TTL: v.string() }) });

/** Renews a lease; false if it is gone. A dead lease is answered with success, and without a TTL. */
export async function renewLease(etcd: EtcdClient, id: string): Promise<boolean> {
  const answer = v.safeParse(KeepAlive, await etcd.call("/v3/lease/keepalive", { ID: id }));
  return answer.success && Number(answer.output.result.TTL) > 0;
}

/** Ends a lease, and so removes its keys. */
export async function revokeLease(etcd: EtcdClient, id: string): Promise<void> {
  await etcd.call("/v3/lease/revoke", { ID: id });
}

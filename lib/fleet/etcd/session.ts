/**
 * A session: the time in which one process has a host's name in the fleet.
 *
 * @module
 */
import { parseContract } from "../../contract/parse.ts";
import { AliveRecord, isSameStore, storeOf } from "../rules/records.ts";
import type { FleetKeys } from "../rules/keys.ts";
import type { EtcdClient } from "./client.ts";
import { EtcdError } from "./etcd-error.ts";
import { grantLease } from "./lease.ts";
import { getKey, isWrittenAt, putKey } from "./operations.ts";
import { storeIn } from "./report-record.ts";
import { type KeyValue, textOf, valueIn } from "./txn-answer.ts";

/** How long things last in the fleet, in seconds. */
export interface FleetTimes {
  /** A host that does not renew its lease for this long is lost. */
  readonly lease: number;
  /** How long a host may revive missions after its last confirmation. */
  readonly alone: number;
  /** By how much the timer of a host that is forgotten is longer than `alone`. */
  readonly margin: number;
  /** How often a report without news is written. */
  readonly refresh: number;
}

/** What a host needs to take part. */
export interface HostContext {
  readonly etcd: EtcdClient;
  readonly keys: FleetKeys;
  /** The host's name in the fleet. */
  readonly name: string;
  readonly times: FleetTimes;
  /** The id of its lease. */
  readonly lease: string;
  readonly alive: AliveRecord;
}

/** The session ended: the host's key is gone, or another process wrote it. */
export class SessionOver extends EtcdError {
  constructor(reason: string) {
    super("refused", `The session of this host in the fleet is over: ${reason}`);
  }
}

/** Another host, or another process, has the name. */
export class NameTaken extends EtcdError {
  constructor(
    message: string,
    hint: string,
    /** It may be the last boot of this host, whose lease ends by itself. */
    readonly mayPass: boolean,
  ) {
    super("refused", message, hint);
  }
}

/**
 * Begins a session, and returns its number: the revision that wrote the host's key. Without
 * `hadSession`, the key of an earlier process of the same store gives way.
 *
 * A process that had a session never takes the key back from another one: both would act as the host.
 * The last report keeps the name for its store when the lease is gone, since its host may be cut off
 * and go on: only `forget` ends that.
 *
 * @throws {NameTaken} if the name is another's; {EtcdError} otherwise.
 */
export async function beginSession(host: HostContext, hadSession: boolean): Promise<number> {
  const { etcd, keys, name, lease, times, alive } = host;
  const [key, reports] = [keys.host("alive", name), keys.host("reports", name)];
  const value = JSON.stringify(alive);
  await grantLease(etcd, lease, times.lease);
  const found = await etcd.txn([], [getKey(key), getKey(reports)]);
  checkHolder(host, valueIn(found, 0), hadSession);
  const [holder, report] = found.ranges.map(({ keys: [each] }) => each);
  checkStore(host, report);
  const asFound = [
    isWrittenAt(key, holder?.revision ?? 0),
    isWrittenAt(reports, report?.revision ?? 0),
  ];
  const begun = await etcd.txn(asFound, [putKey(key, value, lease)], [getKey(key)]);
  if (begun.succeeded) return begun.revision;
  const now = begun.ranges[0]?.keys[0];
  // The answer of the first try was lost, and the second found its write.
  if (now !== undefined && textOf(now.base64) === value) return now.revision;
  throw new SessionOver("another process wrote its key meanwhile");
}

/** @throws {NameTaken} if another host, or another process of this one, has the key now. */
function checkHolder({ name, alive }: HostContext, text = "", hadSession: boolean): void {
  if (text === "") return;
  const holder = parseContract(text, AliveRecord);
  const run = holder.outcome === "read" ? holder.value.run : "";
  const hint = "give each host its own fleet_name";
  if (!isSameStore(run, alive.run))
    throw new NameTaken(`The fleet has another host called "${name}"`, hint, true);
  if (hadSession && run !== alive.run)
    throw new NameTaken(`Another process took the name "${name}" in the fleet`, hint, false);
}

/** @throws {NameTaken} if the last report under the name is from another store. */
function checkStore({ name, alive }: HostContext, report: KeyValue | undefined): void {
  if (report === undefined || storeIn(report.base64) === storeOf(alive.run)) return;
  throw new NameTaken(
    `The fleet knows another host called "${name}", which may still revive its missions`,
    `forget it first, or take another name: lazarus-pit fleet forget ${name}`,
    false,
  );
}

/**
 * Forgets a host that is gone for good, so that others may take its missions.
 *
 * The first call notes it, and starts a timer that is longer than the host may go on without etcd; a
 * call after that removes the host's homes. A host that comes back removes the note. Each deletion
 * depends on this very note, so that one that arrives late hits nothing; a killed call is repeated.
 *
 * @module
 */
import { parseContract } from "../../contract/parse.ts";
import type { FleetKeys } from "../rules/keys.ts";
import { LeavingRecord } from "../rules/records.ts";
import { readAllKeys } from "./all-keys.ts";
import type { EtcdClient } from "./client.ts";
import { drawLease, grantLease } from "./lease.ts";
import {
  type TxnCondition,
  getKey,
  getRevision,
  hasValue,
  isAbsent,
  isWrittenAt,
  putKey,
  removeKey,
} from "./operations.ts";
import { aloneSecondsIn } from "./report-record.ts";
import { type Txn, textOf, valueIn } from "./txn-answer.ts";

const LONGEST_ALONE_SECONDS = 86_400;

export interface ForgetRequest {
  readonly etcd: EtcdClient;
  readonly keys: FleetKeys;
  /** By how many seconds the timer is longer than the host may go on. */
  readonly margin: number;
  readonly host: string;
  /** The operator made sure that the host is off: the timer does not count. */
  readonly isOff: boolean;
  /** Who asks, for people. */
  readonly by: string;
  readonly now: Date;
}

export type ForgetResult =
  | { readonly outcome: "alive" | "unknown" }
  /** It is noted now, or was before; the timer runs until about `freeAfter`. */
  | { readonly outcome: "noted" | "waiting"; readonly freeAfter: string }
  | { readonly outcome: "forgotten"; readonly homes: number };

/** The keys of the host as they are now. */
interface Found {
  readonly isAlive: boolean;
  /** The revision of the note; undefined without one. */
  readonly noted: number | undefined;
  readonly freeAfter: string;
  readonly isTimerRunning: boolean;
  /** The revision of the report, 0 without one: it changes when the host comes back. */
  readonly report: number;
  /** How long the host revives without etcd; the longest time that can be set if that is unknown. */
  readonly alone: number;
}

/** Notes that the host is gone, or forgets it once its time is over. */
export async function forgetHost(request: ForgetRequest): Promise<ForgetResult> {
  const before = await lookUp(request);
  if (before.isAlive) return { outcome: "alive" };
  const homes = await homesOf(request);
  if (before.noted === undefined && before.report === 0 && homes.length === 0)
    return { outcome: "unknown" };
  if (before.noted === undefined) await note(request, before);
  const { isAlive, noted, freeAfter, isTimerRunning } = await lookUp(request);
  if (isAlive || noted === undefined) return { outcome: "alive" };
  if (isTimerRunning && !request.isOff)
    return { outcome: before.noted === undefined ? "noted" : "waiting", freeAfter };
  const isDone = await removeAll(request, homes, noted);
  return isDone ? { outcome: "forgotten", homes: homes.length } : { outcome: "alive" };
}

async function lookUp({ etcd, keys, host }: ForgetRequest): Promise<Found> {
  const key = (kind: "alive" | "leaving" | "timer" | "reports") => keys.host(kind, host);
  const txn: Txn = await etcd.txn(
    [],
    [
      getRevision(key("alive")),
      getKey(key("leaving")),
      getRevision(key("timer")),
      getKey(key("reports")),
    ],
  );
  const [alive, leaving, timer, report] = txn.ranges.map(({ keys: [found] }) => found);
  const record = parseContract(valueIn(txn, 1) ?? "", LeavingRecord);
  return {
    isAlive: alive !== undefined,
    noted: leaving?.revision,
    freeAfter: record.outcome === "read" ? record.value.free_after : "a time that is not known",
    isTimerRunning: timer !== undefined,
    report: report?.revision ?? 0,
    alone: aloneSecondsIn(report?.base64 ?? "") ?? LONGEST_ALONE_SECONDS,
  };
}

/** The missions whose home is the host. */
async function homesOf({ etcd, keys, host }: ForgetRequest): Promise<string[]> {
  const all = await readAllKeys(etcd, keys.all("homes"));
  return all.filter(({ base64 }) => textOf(base64) === host).map(({ key }) => key);
}

/** The lease is never revoked: the transaction may have put the timer on it, and its answer was lost. */
async function note(request: ForgetRequest, { report, alone }: Found): Promise<void> {
  const { etcd, keys, margin, host, by, now } = request;
  const seconds = alone + margin;
  const free_after = new Date(now.getTime() + 1000 * seconds).toISOString();
  const record: LeavingRecord = { v: 1, at: now.toISOString(), by, free_after };
  const lease = drawLease();
  await grantLease(etcd, lease, seconds);
  await etcd.txn(
    [
      isAbsent(keys.host("alive", host)),
      isAbsent(keys.host("leaving", host)),
      // A host that came back in between wrote its report: a late request must find that.
      isWrittenAt(keys.host("reports", host), report),
    ],
    [
      putKey(keys.host("leaving", host), JSON.stringify(record)),
      putKey(keys.host("timer", host), "", lease),
    ],
  );
}

/** Removes homes, note, timer and report; false if the host came back. */
async function removeAll(
  request: ForgetRequest,
  homes: readonly string[],
  noted: number,
): Promise<boolean> {
  const { etcd, keys, host, isOff } = request;
  const conditions: TxnCondition[] = [
    isAbsent(keys.host("alive", host)),
    isWrittenAt(keys.host("leaving", host), noted),
    ...(isOff ? [] : [isAbsent(keys.host("timer", host))]),
  ];
  const reports = [keys.host("timer", host), keys.host("reports", host)];
  for (const home of homes) {
    const done = await etcd.txn(
      [...conditions, hasValue(home, host)],
      [removeKey(home)],
      [getKey(home)],
    );
    // It may have been removed by another call; what else changed shows at the end.
    if (!done.succeeded && valueIn(done, 0) === host) return false;
  }
  const end = await etcd.txn(conditions, [keys.host("leaving", host), ...reports].map(removeKey));
  return end.succeeded;
}

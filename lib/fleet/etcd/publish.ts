/**
 * Publishes a host's report. The same transaction confirms the session, and reads the orders.
 *
 * @module
 */
import type { Report } from "../../contract/report.ts";
import { reportDigest } from "../rules/digest.ts";
import {
  getKey,
  getRevision,
  isAbsent,
  isWrittenAt,
  listKeys,
  putKey,
  removeKey,
} from "./operations.ts";
import { packReport } from "./report-record.ts";
import { type HostContext, SessionOver } from "./session.ts";
import type { KeyValue, Txn } from "./txn-answer.ts";

/** A transaction that found the session valid, and the host not being forgotten. */
export interface Confirmation {
  /** The keys of all orders. */
  readonly orders: readonly KeyValue[];
}

export interface ReportPublisher {
  /** Makes the next call write the report, whether it has news or not. */
  reset(): void;
  /**
   * Writes the report if it has news or the last one is old, and confirms the session; `uptime` in
   * seconds. Calls `onSend` immediately before it sends the transaction that confirms.
   *
   * @throws {SessionOver} if the session ended; {EtcdError} otherwise.
   */
  publish(report: Report, session: number, uptime: number): Promise<Confirmation>;
}

/** What was written last. */
interface Written {
  readonly news: number | bigint;
  readonly uptime: number;
  readonly revision: number;
}

export function createReportPublisher(host: HostContext, onSend: () => void): ReportPublisher {
  const { etcd, keys, name, times } = host;
  const alive = keys.host("alive", name);
  const leaving = keys.host("leaving", name);
  const reports = keys.host("reports", name);
  let written: Written | undefined;
  let hasAnswered = true;

  /** Packing a report takes longer than a round: nothing is packed while etcd does not answer. */
  async function waitForAnswer(): Promise<void> {
    if (!hasAnswered) await etcd.txn([], [getRevision(reports)]);
    hasAnswered = false;
  }

  /** The host came back while it was being forgotten. */
  async function comeBack(session: number): Promise<void> {
    const removals = [removeKey(leaving), removeKey(keys.host("timer", name))];
    const done = await etcd.txn([isWrittenAt(alive, session)], removals);
    if (!done.succeeded) throw new SessionOver("its key in etcd changed");
  }

  /** The transaction; undefined if the host is being forgotten. */
  async function confirm(session: number, body: Uint8Array | undefined): Promise<Txn | undefined> {
    const conditions = [isWrittenAt(alive, session), isAbsent(leaving)];
    const reads = [listKeys(keys.all("orders")), getRevision(reports)];
    const writes = body === undefined ? [] : [putKey(reports, body)];
    onSend();
    const done = await etcd.txn(conditions, [...reads, ...writes], [getKey(leaving)]);
    if (done.succeeded) return done;
    if (done.ranges[0]?.keys.length === 0) throw new SessionOver("its key in etcd changed");
    return undefined;
  }

  async function confirmOrComeBack(session: number, body: Uint8Array | undefined): Promise<Txn> {
    const done = await confirm(session, body);
    if (done !== undefined) return done;
    await comeBack(session);
    const again = await confirm(session, body);
    if (again !== undefined) return again;
    throw new SessionOver("an operator forgets this host");
  }

  /** An earlier write that arrived late replaced the report: it must be written again. */
  const wasReplaced = ({ ranges }: Txn): boolean =>
    written !== undefined && ranges[1]?.keys[0]?.revision !== written.revision;

  async function publish(report: Report, session: number, uptime: number): Promise<Confirmation> {
    await waitForAnswer();
    const news = Bun.hash(reportDigest(report));
    const isDue = written?.news !== news || uptime - written.uptime >= times.refresh;
    const body = isDue ? await packReport(report, host) : undefined;
    const done = await confirmOrComeBack(session, body);
    hasAnswered = true;
    if (isDue) written = { news, uptime, revision: done.revision };
    else if (wasReplaced(done)) {
      written = undefined;
      return publish(report, session, uptime);
    }
    return { orders: done.ranges[0]?.keys ?? [] };
  }

  return { reset: () => (written = undefined), publish };
}

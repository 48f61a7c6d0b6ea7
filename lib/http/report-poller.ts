/**
 * Polls a source of reports, one scan at a time, for all requests.
 *
 * A report is shown once it is packed and compared; until then, the one before is.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { defined } from "../base/defined.ts";
import type { StatusChange } from "../verdict/changes.ts";
import { createStatusHistory } from "./status-history.ts";
import { isScanFresh } from "./rules/freshness.ts";
import type { LastScan } from "./rules/health.ts";
import { createSnapshot, type Snapshot } from "./snapshot.ts";
import type { MemberHealth } from "../contract/fleet-member.ts";
import type { Report } from "../contract/report.ts";
import { type CellChanges, comparePacked } from "../view/packed-changes.ts";
import type { PackedReport } from "../view/packed-cells.ts";
import { packScannedReport } from "../view/packed-report.ts";
import { producerTurn } from "../view/slices.ts";

/** Receives each new report, and how it differs from the one before. */
export type SnapshotListener = (snapshot: Snapshot, changes: CellChanges) => void;

/** Provides the last report and what is derived from it. */
export interface ReportPoller {
  snapshot(): Snapshot | undefined;
  lastScan(): LastScan;
  /** False once the producer of the reports has stopped. */
  isProducing(): boolean;
  /** The number of failed scans. */
  errors(): number;
  /** The part in a fleet of the daemon whose reports these are. */
  member(): MemberHealth | undefined;
  /** The changes of a cell since the start, newest first. */
  changesOf(id: string): readonly StatusChange[];
  /** Calls `listener` after each scan, until the returned function is called. */
  subscribe(listener: SnapshotListener): () => void;
  stop(): void;
}

/** Where reports come from. */
export interface ReportSource {
  /**
   * Gets a report. While one call is pending, no other is made, and the last report ages. The report
   * must not change afterwards: its cells are read over several turns of the event loop.
   */
  readonly scan: () => Promise<Report | PackedReport>;
  /** Milliseconds between reports; read again for each one, because it may change. */
  readonly intervalMs: number;
  /** Milliseconds between polls, if others create the reports; default: the interval. */
  readonly pollMs?: number;
  /** Milliseconds since a report was created, if others create them. */
  readonly ageMs?: (report: Report) => number;
  /** Whether the producer of the reports is still working, if it is another thread. */
  readonly isProducing?: () => boolean;
  /** The part in a fleet of the daemon that creates the reports. */
  readonly member?: () => MemberHealth | undefined;
  /** Called after each failed scan. */
  readonly onError?: (error: unknown) => void;
}

const headOf = (scanned: Report | PackedReport): Report =>
  "packed" in scanned ? scanned.head : scanned;

/** Starts to poll, at once and then at every interval. */
export function startReportPoller(source: ReportSource): ReportPoller {
  const { scan, pollMs = source.intervalMs, ageMs, isProducing = () => true, onError } = source;
  const listeners = new Set<SnapshotListener>();
  const history = createStatusHistory();
  let latest: Snapshot | undefined;
  let latestAtMs = 0;
  let errors = 0;
  let isPolling = false;

  async function poll(): Promise<void> {
    if (isPolling) return;
    isPolling = true;
    try {
      await publish(await scan());
    } catch (error) {
      errors += 1;
      notifyOfError(error);
    } finally {
      isPolling = false;
    }
  }

  function notifyOfError(error: unknown): void {
    try {
      onError?.(error);
    } catch {
      // Nobody awaits a poll: thrown here, it would end a gateway that runs in Node.
    }
  }

  async function publish(scanned: Report | PackedReport): Promise<void> {
    const scannedHead = headOf(scanned);
    if (ageMs !== undefined && scannedHead.generated_at === latest?.report.generated_at) return;
    const scannedAtMs = performance.now() - (ageMs?.(scannedHead) ?? 0);
    const { head, packed } =
      "packed" in scanned ? scanned : await packScannedReport(scanned, latest?.cells, producerTurn);
    const changes = await comparePacked(latest?.cells, packed, head.generated_at, producerTurn);
    latest = await createSnapshot(completedHead(head, source), packed, producerTurn);
    latestAtMs = scannedAtMs;
    history.update(changes);
    for (const listener of listeners) listener(latest, changes);
  }

  const timer = setInterval(() => void poll(), pollMs);
  void poll();

  return {
    snapshot: () => latest,
    lastScan: () => describeLastScan(latest, performance.now() - latestAtMs, source.intervalMs),
    isProducing,
    errors: () => errors,
    member: () => source.member?.(),
    changesOf: (id) => history.of(id),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop: () => clearInterval(timer),
  };
}

/** The report with the time of the next one among its first keys, and the daemon's part in a fleet. */
function completedHead(scanned: Report, { intervalMs, member }: ReportSource): Report {
  const { schema_version, generated_at, host, root, duration_ms, ...rest } = scanned;
  const next_expected_at = new Date(Date.parse(generated_at) + intervalMs).toISOString();
  const header = { schema_version, generated_at, host, root, duration_ms, next_expected_at };
  const fleet = member?.()?.reported;
  return { ...header, ...rest, ...defined({ fleet }) };
}

function describeLastScan(
  snapshot: Snapshot | undefined,
  ageMs: number,
  intervalMs: number,
): LastScan {
  if (snapshot === undefined) return { report: undefined, ageSeconds: undefined, isFresh: false };
  return {
    report: snapshot.checked,
    ageSeconds: Math.floor(ageMs / 1000),
    isFresh: isScanFresh(ageMs, intervalMs),
  };
}

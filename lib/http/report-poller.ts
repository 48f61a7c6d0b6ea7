/**
 * Polls a source of reports, one scan at a time, for all requests.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { type StatusChange, compareReports, type Delta } from "../verdict/changes.ts";
import { createStatusHistory } from "./status-history.ts";
import { isScanFresh } from "./rules/freshness.ts";
import type { LastScan } from "./rules/health.ts";
import type { MemberHealth } from "../contract/fleet-member.ts";
import type { Report } from "../contract/report.ts";

/** A report, and its JSON as it is sent. A source may give an unchanged cell a new age in place. */
export interface Snapshot {
  readonly report: Report;
  readonly json: Blob;
  readonly etag: string;
}

/** Receives each new report, and how it differs from the one before. */
export type SnapshotListener = (snapshot: Snapshot, delta: Delta) => void;

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
  /** Gets a report. While one call is pending, no other is made, and the last report ages. */
  readonly scan: () => Promise<Report>;
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
      publish(await scan());
    } catch (error) {
      errors += 1;
      onError?.(error);
    } finally {
      isPolling = false;
    }
  }

  function publish(scanned: Report): void {
    if (ageMs !== undefined && scanned.generated_at === latest?.report.generated_at) return;
    const report = withNextExpected(scanned, source.intervalMs);
    const before = latest?.report;
    latest = createSnapshot(report);
    latestAtMs = performance.now() - (ageMs?.(scanned) ?? 0);
    const comparison = compareReports(before, report);
    history.update(comparison);
    for (const listener of listeners) listener(latest, comparison.delta);
  }

  const timer = setInterval(() => void poll(), pollMs);
  void poll();

  return {
    snapshot: () => latest,
    lastScan: () =>
      describeLastScan(latest?.report, performance.now() - latestAtMs, source.intervalMs),
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

/** The report with the time of the next one among its first keys. */
function withNextExpected(scanned: Report, intervalMs: number): Report {
  const { schema_version, generated_at, host, root, duration_ms, ...rest } = scanned;
  const next_expected_at = new Date(Date.parse(generated_at) + intervalMs).toISOString();
  const header = { schema_version, generated_at, host, root, duration_ms, next_expected_at };
  return { ...header, ...rest };
}

function describeLastScan(report: Report | undefined, ageMs: number, intervalMs: number): LastScan {
  if (report === undefined) return { report, ageSeconds: undefined, isFresh: false };
  return {
    report,
    ageSeconds: Math.floor(ageMs / 1000),
    isFresh: isScanFresh(ageMs, intervalMs),
  };
}

let snapshotCount = 0;
const instanceId = crypto.randomUUID();

function createSnapshot(report: Report): Snapshot {
  snapshotCount += 1;
  let json: Blob | undefined;
  return {
    report,
    etag: `"${instanceId}-${snapshotCount}"`,
    get json() {
      // Made when somebody asks for it, and a Blob, because responses share it where each would copy
      // a string or an array.
      return (json ??= new Blob([`${JSON.stringify(report)}\n`]));
    },
  };
}

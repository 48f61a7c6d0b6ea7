/**
 * One scan at a time, for everyone who asks.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import {
  type StatusChange,
  compareReports,
  type Delta,
  statusChanges,
} from "../../rules/changes.ts";
import type { Knowledge } from "../../rules/health.ts";
import type { Report } from "../../schemas/report.ts";

/** How many changes of one cell are kept. */
const HISTORY_LIMIT = 50;
/** A scan is fresh for this many intervals. */
const FRESH_INTERVALS = 3;

/** A report, and its JSON as it goes over the wire. */
export interface Snapshot {
  readonly report: Report;
  readonly json: Blob;
  readonly etag: string;
}

/** What happened: the next report, and how it differs from the one before. */
export type Listener = (snapshot: Snapshot, delta: Delta) => void;

/** Where the handler gets everything that it shows. */
export interface Source {
  snapshot(): Snapshot | undefined;
  knowledge(): Knowledge;
  /** How many scans have failed. */
  errors(): number;
  /** The changes of a cell since the start, newest first. */
  changesOf(id: string): readonly StatusChange[];
  /** Calls `listener` after each scan, until the function it gives is called. */
  subscribe(listener: Listener): () => void;
  /** Ends the scanning. */
  stop(): void;
}

export interface Plan {
  /** Looks once. A scan that neither ends nor fails stops the next ones, and is told by its age. */
  readonly scan: () => Promise<Report>;
  /** How often one is made; looked up anew for each, for it may change. */
  readonly intervalMs: number;
  /** How often to look for one that others make; as often as they do, where it is left out. */
  readonly lookMs?: number;
  /** How old a report is when it comes, where others make it, in milliseconds. */
  readonly ageMs?: (report: Report) => number;
  /** Told of each failed scan. */
  readonly onError?: (error: unknown) => void;
}

/** Starts to scan, at once and then every interval. */
export function startSource(plan: Plan): Source {
  const { scan, lookMs = plan.intervalMs, ageMs, onError } = plan;
  const listeners = new Set<Listener>();
  const history = new Map<string, StatusChange[]>();
  let latest: Snapshot | undefined;
  let latestAt = 0;
  let failed = 0;
  let isRunning = false;

  async function look(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    try {
      take(await scan());
    } catch (error) {
      failed += 1;
      onError?.(error);
    } finally {
      isRunning = false;
    }
  }

  function take(scanned: Report): void {
    if (ageMs !== undefined && scanned.generated_at === latest?.report.generated_at) return;
    const due = new Date(Date.parse(scanned.generated_at) + plan.intervalMs).toISOString();
    const { schema_version, generated_at, host, root, duration_ms, ...rest } = scanned;
    const report = {
      schema_version,
      generated_at,
      host,
      root,
      duration_ms,
      next_expected_at: due,
      ...rest,
    };
    const before = latest?.report;
    latest = snapshotOf(report);
    latestAt = performance.now() - (ageMs?.(scanned) ?? 0);
    remember(history, before, report);
    const delta = compareReports(before ?? { ...report, cells: [] }, report);
    for (const listener of listeners) listener(latest, delta);
  }

  const timer = setInterval(() => void look(), lookMs);
  void look();

  return {
    snapshot: () => latest,
    knowledge: () => knowledgeOf(latest?.report, performance.now() - latestAt, plan.intervalMs),
    errors: () => failed,
    changesOf: (id) => history.get(id) ?? [],
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop: () => clearInterval(timer),
  };
}

function knowledgeOf(report: Report | undefined, ageMs: number, intervalMs: number): Knowledge {
  if (report === undefined) return { report, ageSeconds: undefined, isFresh: false };
  return {
    report,
    ageSeconds: Math.floor(ageMs / 1000),
    isFresh: ageMs <= FRESH_INTERVALS * intervalMs,
  };
}

let counter = 0;
const run = crypto.randomUUID();

function snapshotOf(report: Report): Snapshot {
  counter += 1;
  return {
    report,
    // Answers share a Blob, where each would copy a string or an array.
    json: new Blob([`${JSON.stringify(report)}\n`]),
    etag: `"${run}-${counter}"`,
  };
}

/** Keeps the last changes of each cell that is there, and forgets those of cells long gone. */
function remember(
  history: Map<string, StatusChange[]>,
  before: Report | undefined,
  after: Report,
): void {
  const there = new Set(after.cells.map(({ mission_id }) => mission_id));
  const were = new Set(before?.cells.map(({ mission_id }) => mission_id));
  for (const id of history.keys()) if (!there.has(id) && !were.has(id)) history.delete(id);
  for (const [id, change] of statusChanges(before, after))
    history.set(id, [change, ...(history.get(id) ?? [])].slice(0, HISTORY_LIMIT));
}

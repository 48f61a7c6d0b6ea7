/**
 * Scanning the cells of a root: observes and judges each, once.
 *
 * @module
 */
import { classify } from "../verdict/classify.ts";
import { buildReport, reportCell, type ReportHeader } from "../verdict/report.ts";
import { findMassSilence, type MassSilence } from "../verdict/mass-silence.ts";
import { rhythmOf } from "../verdict/rhythm.ts";
import { suspicionOfScan } from "../verdict/suspicion.ts";
import type { ScannedCell } from "../verdict/tally.ts";
import { valueOf } from "../contract/facts.ts";
import type { RevivalFacts } from "../contract/revival.ts";
import type { Report, Suspicion } from "../contract/report.ts";
import type { Limits, Settings } from "../contract/settings.ts";
import { fileSystemOf } from "../host/files/file-system.ts";
import { openRoot, type Root } from "../host/files/directory.ts";
import { missingCell } from "../cell/mission-id.ts";
import type { Progress } from "../host/stdio/progress-line.ts";
import { hostName } from "../host/host.ts";
import { type Listing, listRoot } from "../cell/listing.ts";
import { observeCell } from "../cell/observe.ts";
import { syscalls } from "../host/syscalls/plan.ts";
import type { JobSettings } from "../jobs/scan-jobs.ts";
import type { JobScanner } from "../jobs/job-scanner.ts";
import { lastSuspicion } from "./last-word.ts";

/** The cells to scan, and how to judge them. */
export interface ScanRequest {
  readonly root: Root;
  /** The cells to scan; empty for all. */
  readonly ids: readonly string[];
  readonly limits: Limits;
  /** The time that ages are relative to. */
  readonly now: Date;
  /** What the daemon of this root last suspected, if that is known. */
  readonly lastSuspicion?: Suspicion | undefined;
  /** The orders and attempts that supervise knows of, if they can be read. */
  readonly revival?: RevivalFacts | undefined;
  /** Shows how many cells are scanned. */
  readonly progress?: Progress | undefined;
}

/**
 * The requested cells of a root.
 *
 * @throws {OperatorError} when the root cannot be listed.
 */
export function requestedCells({ root, ids }: Pick<ScanRequest, "root" | "ids">): Listing {
  if (ids.length === 0) return listRoot(root);
  return { ids: [...new Set(ids)].toSorted(), ignored: [] };
}

/**
 * Observes one cell and judges it; with its rhythm.
 *
 * @throws {OperatorError} when the cell was requested by its id and does not exist.
 */
export function scanCell(
  { root, ids, limits, now, revival }: ScanRequest,
  id: string,
): ScannedCell {
  const facts = observeCell(root, id, syscalls());
  if (ids.length > 0 && facts.self.outcome === "absent") throw missingCell(root, id);
  const judged = reportCell(facts, classify(facts, limits, now));
  const known = revival?.cells.get(id);
  const cell = known === undefined ? judged : { ...judged, ...known };
  return { cell, rhythm: rhythmOf(valueOf(facts.heartbeat), cell.limit_seconds) };
}

/**
 * Scans the requested cells and reports.
 *
 * @throws {OperatorError} when the root cannot be listed, or a requested cell does not exist.
 */
export function scanRoot(request: ScanRequest): Report {
  const started = performance.now();
  const { ids, ignored } = requestedCells(request);
  const scanned = ids.map((id, at) => {
    request.progress?.show(at, ids.length);
    return scanCell(request, id);
  });
  request.progress?.clear();
  return buildReport(
    scanHeader(request, started, findMassSilence(scanned, request.now.getTime())),
    scanned.map(({ cell }) => cell),
    ignored,
  );
}

/** Why the observer may be at fault, as far as one look at the root and its cells shows. */
export const suspicionNow = (root: Root, now: Date, silence?: MassSilence): Suspicion | undefined =>
  suspicionOfScan(silence, fileSystemOf(root.fd), now);

/** The header of a report on a scan that started at `started` by `performance.now()`. */
export function scanHeader(
  { root, ids, now, lastSuspicion: last, revival }: ScanRequest,
  started: number,
  silence: MassSilence | undefined,
): ReportHeader {
  // A scan of some cells does not show whether the others fell silent as well.
  const whole = ids.length === 0 ? silence : undefined;
  return {
    now,
    host: hostName(),
    root: root.path,
    duration_ms: performance.now() - started,
    suspicion: suspicionNow(root, now, whole) ?? last,
    hold: revival?.hold,
  };
}

/**
 * Scans all cells of a root, and the host's jobs. The root is opened anew for each scan, because
 * it may have been replaced by another directory.
 *
 * @throws {OperatorError} when the root does not exist, or cannot be listed.
 */
export function scanOnce(
  settings: Pick<Settings, "root" | "state_dir"> & JobSettings & Limits,
  now: Date,
  scanJobs: JobScanner,
): Report {
  const root = openRoot(settings.root);
  try {
    return {
      ...scanRoot({
        root,
        ids: [],
        limits: settings,
        now,
        lastSuspicion: lastSuspicion(settings, now),
      }),
      ...scanJobs(settings, now),
    };
  } finally {
    root.close();
  }
}

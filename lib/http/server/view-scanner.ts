/**
 * Scans a root again and again, for the endpoint.
 *
 * @module
 */
import type { Report } from "../../contract/report.ts";
import type { Settings } from "../../contract/settings.ts";
import { hostClock } from "../../host/clock.ts";
import { openRoot, type Root } from "../../host/files/directory.ts";
import { storePathsOf } from "../../host/files/state-dir.ts";
import { createJobScanner } from "../../jobs/job-scanner.ts";
import { lastSuspicion } from "../../scan/last-word.ts";
import { scanHeader } from "../../scan/scan.ts";
import { memberInFile } from "../../supervise/revive/fleet-file-facts.ts";
import { findMassSilence } from "../../verdict/mass-silence.ts";
import { buildReport } from "../../verdict/report.ts";
import { createCellView } from "../../view/cell-view.ts";

/** A root with no more cells is read in full in each scan: that takes a fifth of a second. */
const LEAST_READS = 2000;

/**
 * Creates a function that scans the root of the settings, and the host's jobs. The root is opened
 * anew for each scan, because it may have been replaced by another directory.
 *
 * @throws {OperatorError} when the root does not exist, or cannot be listed.
 */
export function createViewScanner(): (settings: Settings) => Report {
  const clock = hostClock();
  const view = createCellView(clock, LEAST_READS);
  const scanJobs = createJobScanner();

  function scanCells(root: Root, settings: Settings): Report {
    const started = performance.now();
    const { cells, ignored, now } = view.update(root, settings);
    const all = [...cells.values()];
    const request = { root, ids: [], limits: settings, now };
    const header = scanHeader(
      { ...request, lastSuspicion: lastSuspicion(settings, now) },
      started,
      findMassSilence(all, now.getTime()),
    );
    const reported = all.map(({ cell }) => cell);
    const fleet = memberInFile(storePathsOf(settings), clock);
    const report = { ...buildReport(header, reported, ignored), ...scanJobs(settings, now) };
    return fleet === undefined ? report : { ...report, fleet };
  }

  return (settings) => {
    const root = openRoot(settings.root);
    try {
      return scanCells(root, settings);
    } finally {
      root.close();
    }
  };
}

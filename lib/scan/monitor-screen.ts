/**
 * A report for other programs: for a monitor, as metrics, or as JSON of version 1.
 *
 * @module
 */
import { version } from "../../package.json";
import { EXIT, OperatorError } from "../base/errors.ts";
import { printable, printableJson } from "../base/printable.ts";
import type { Report } from "../contract/report.ts";
import { scanJobs } from "../jobs/scan-jobs.ts";
import { inVersion1 } from "../verdict/report-versions.ts";
import { selectCells } from "../verdict/report-filter.ts";
import { checkReport } from "./rules/check-state.ts";
import { CHECK_EXIT, checkLine } from "./rules/nagios.ts";
import { metricsText } from "./rules/prometheus.ts";
import { hasStoreMarker } from "./last-word.ts";
import type { ScanCall } from "./scan-flags.ts";

/** What is shown of a report, and the exit code. */
export interface Shown {
  readonly text: string;
  readonly code: number;
}

/**
 * The text of a report and the exit code; with the host's jobs, if all cells were scanned.
 *
 * @throws {OperatorError} when the jobs cannot be listed.
 */
export async function shownToMonitor(report: Report, call: ScanCall): Promise<Shown> {
  const { format, minCells } = call.options;
  if (format === "check") {
    const checked = withJobs(report, call);
    const text = `${printable(checkLine(checked, minCells))}\n`;
    return { text, code: CHECK_EXIT[checkReport(checked, minCells)] };
  }
  const text =
    format === "prometheus"
      ? await metricsOf(report, call)
      : `${printableJson(inVersion1(selectCells(report, call.options)), 2)}
`;
  return { text, code: EXIT.ok };
}

async function metricsOf(report: Report, call: ScanCall): Promise<string> {
  const { settings, ids, now, readSupervision } = call;
  const isWanted = ids.length === 0 && hasStoreMarker(settings);
  const supervision = isWanted ? await readSupervision(settings, now) : undefined;
  const options = { version, publicUrl: settings.public_url, supervision };
  return metricsText(withJobs(report, call), options);
}

/**
 * Adds the host's jobs. If they cannot be listed, a critical check stays critical, and metrics omit
 * the jobs.
 */
function withJobs(report: Report, { settings, ids, options, now }: ScanCall): Report {
  if (ids.length > 0) return report;
  try {
    return { ...report, jobs: scanJobs(settings, now) };
  } catch (error) {
    const canOmit = options.format === "prometheus" || checkReport(report) === "CRITICAL";
    if (error instanceof OperatorError && canOmit) return report;
    throw error;
  }
}

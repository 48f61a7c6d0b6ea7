/**
 * One look at the cells of a root: facts in, judged cells out.
 *
 * @module
 */
import { classify } from "../../rules/classify.ts";
import { makeReport, reportCell } from "../../rules/report.ts";
import { OperatorError } from "../../schemas/errors.ts";
import type { Report, ReportCell } from "../../schemas/report.ts";
import type { Policy, Settings } from "../../schemas/settings.ts";
import { openRoot, type Root } from "../host/directory.ts";
import { missingCell } from "./here.ts";
import { hostName } from "../host/host.ts";
import { scanJobs } from "./jobs.ts";
import { type Listing, listRoot } from "./listing.ts";
import { observeCell } from "./observe.ts";

/**
 * The cells of a root that were named, or all of them.
 *
 * @throws {OperatorError} when the root cannot be listed.
 */
export function selectCells(root: Root, named: readonly string[]): Listing {
  if (named.length === 0) return listRoot(root);
  return { ids: [...new Set(named)].toSorted(), ignored: [] };
}

/**
 * Looks at one cell and judges it. A cell that was named, and so should be there, is not
 * called vanished when it is absent.
 *
 * @throws {OperatorError} when a named cell does not exist.
 */
export function scanCell(
  root: Root,
  id: string,
  policy: Policy,
  now: Date,
  isNamed: boolean,
): ReportCell {
  const facts = observeCell(root, id);
  if (isNamed && facts.self.outcome === "absent") throw missingCell(root, id);
  return reportCell(facts, classify(facts, policy, now));
}

/** Looks at the named cells, or at all, and reports. `now` is when the ages are counted. */
export function scanRoot(root: Root, named: readonly string[], policy: Policy, now: Date): Report {
  const started = performance.now();
  const { ids, ignored } = selectCells(root, named);
  const cells = ids.map((id) => scanCell(root, id, policy, now, named.length > 0));
  const header = {
    now,
    host: hostName(),
    root: root.path,
    duration_ms: performance.now() - started,
  };
  return makeReport(header, cells, ignored);
}

/**
 * Opens a root, looks at all of its cells and at the host's jobs, and lets go of it. Opened each
 * time: a root that went and came back is another directory.
 *
 * @throws {OperatorError} when there is no such root, or it cannot be listed.
 */
export function scanOnce(
  settings: Pick<Settings, "root" | "heartbeat_dir"> & Policy,
  now: Date,
): Report {
  const root = openRoot(settings.root);
  try {
    const report = scanRoot(root, [], settings, now);
    const jobs = jobsIfAllowed(settings, now);
    return jobs === undefined ? report : { ...report, jobs };
  } finally {
    root.close();
  }
}

/** The jobs; undefined where they cannot be listed, which must not hide the cells. */
function jobsIfAllowed(settings: Parameters<typeof scanJobs>[0], now: Date): Report["jobs"] {
  try {
    return scanJobs(settings, now);
  } catch (error) {
    if (error instanceof OperatorError) return undefined;
    throw error;
  }
}

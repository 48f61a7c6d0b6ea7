/**
 * Reports and cells for the tests of the page's rules.
 *
 * @module
 */
import type { Report, ReportCell } from "../../../lib/contract/report.ts";
import type { Delta } from "../../../lib/verdict/changes.ts";
import { summarize } from "../../../lib/verdict/summary.ts";
import { idOf } from "../../tools/cells.ts";

/** A healthy cell, but for what is said of it. */
export const cellOf = (n: number, told: Partial<ReportCell> = {}): ReportCell => ({
  mission_id: idOf(n),
  title: `Mission ${n}`,
  owner: null,
  labels: {},
  source: null,
  status: "healthy",
  attention: "none",
  mission_status: "active",
  state: "working",
  message: null,
  progress: null,
  activity: null,
  last_heartbeat: "2031-05-06T07:08:09.000Z",
  expected_since: "2031-05-06T07:08:09.000Z",
  age_seconds: 3,
  limit_seconds: 300,
  evidence: { process: null, exit: null, host: null },
  problems: [],
  ...told,
});

const HEAD = {
  generated_at: "2031-05-06T07:08:12.000Z",
  duration_ms: 7,
  ignored: [],
};

export const reportOf = (cells: ReportCell[], told: Partial<Report> = {}): Report => ({
  schema_version: 2,
  host: "cella",
  root: "/srv/missions",
  ...HEAD,
  summary: summarize(cells),
  cells,
  ...told,
});

/** Changes after which the root holds `cells` cells. */
export const changesOf = (cells: readonly ReportCell[], told: Partial<Delta> = {}): Delta => ({
  ...HEAD,
  summary: summarize(cells),
  cells,
  removed: [],
  ...told,
});

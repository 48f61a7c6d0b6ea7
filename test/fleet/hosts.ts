/**
 * Hosts of a fleet, for tests of its rules.
 *
 * @module
 */
import type { Report, ReportCell } from "../../lib/contract/report.ts";
import type { AskedContact, HostFacts, LeasedContact } from "../../lib/fleet/rules/facts.ts";
import { summarize } from "../../lib/verdict/summary.ts";

/** The moment at which views look, by the clock of the facts. */
export const NOW_MS = 1_000_000;
export const NOW = new Date("2026-01-01T12:00:00.000Z");

/** The mission number `number`. */
export const missionOf = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

export const cellOf = (number: number, changes: Partial<ReportCell> = {}): ReportCell => ({
  mission_id: missionOf(number),
  title: `mission ${number}`,
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
  last_heartbeat: "2026-01-01T11:59:58.000Z",
  expected_since: "2026-01-01T11:59:58.000Z",
  age_seconds: 2,
  limit_seconds: 300,
  evidence: { process: null, exit: null, host: null },
  problems: [],
  ...changes,
});

/** A cell whose process is gone. */
export const deadCell = (number: number): ReportCell =>
  cellOf(number, {
    status: "stale",
    attention: "critical",
    problems: [{ code: "process-gone", path: "state/heartbeat.json", text: "the process is gone" }],
  });

/** A report of a host that scans every 10 s. */
export const reportOf = (
  cells: readonly ReportCell[] = [],
  changes: Partial<Report> = {},
): Report => ({
  schema_version: 2,
  generated_at: "2026-01-01T11:59:59.000Z",
  host: "kernel-name",
  root: "/var/missions",
  duration_ms: 2,
  next_expected_at: "2026-01-01T12:00:09.000Z",
  summary: summarize(cells),
  cells: [...cells],
  ignored: [],
  ...changes,
});

const NEVER_READ = { unreadable: undefined, version: null, held: null };

/** A host that answered just now. */
export const askedHost = (
  name: string,
  report: Report | undefined = reportOf(),
  contact: Partial<AskedContact> = {},
): HostFacts => ({
  ...NEVER_READ,
  name,
  report,
  contact: {
    by: "asking",
    isAsked: true,
    failures: 0,
    lostAfter: 3,
    failure: undefined,
    answeredMs: NOW_MS,
    ageMs: 1000,
    ...contact,
  },
});

/** A host whose lease is there, seen in etcd just now. */
export const leasedHost = (
  name: string,
  report: Report | undefined = reportOf(),
  contact: Partial<LeasedContact> = {},
): HostFacts => ({
  ...NEVER_READ,
  name,
  report,
  contact: {
    by: "lease",
    hasLease: true,
    isReportEarlier: false,
    goneMs: undefined,
    renewedMs: NOW_MS,
    etcdAnsweredMs: NOW_MS,
    pollMs: 5000,
    ...contact,
  },
});

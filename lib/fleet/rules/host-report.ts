/**
 * Reads what a host says of itself: untrusted text, already bounded in size by the reader.
 *
 * @module
 */
import * as v from "valibot";
import { parseUntrusted } from "../../base/untrusted-json.ts";
import { numberUpTo } from "../../base/number.ts";
import { describeIssue } from "../../contract/parse.ts";
import { isPlainReportCell } from "../../contract/plain-report.ts";
import { Report, ReportCell } from "../../contract/report.ts";
import { inCurrentVersion, ReportV1 } from "../../verdict/report-versions.ts";
import { summarize } from "../../verdict/summary.ts";

/** A report, or why the text cannot be read as one, as a clause. */
export type HostReport = { readonly report: Report } | { readonly unreadable: string };

/** Deeper text is not parsed: a report has about eight levels. */
const MAX_LEVELS = 64;
/** Schema of the number of healthy cells that were left out of a report that was too large. */
const LeftOff = v.optional(v.pipe(numberUpTo(1e6, "Expected a count"), v.integer()), 0);
const FIRST_ISSUE = { abortEarly: true, abortPipeEarly: true } as const;

interface Claimed {
  readonly schema_version?: unknown;
  readonly left_off?: unknown;
}

/**
 * Reads the report in `text`, of version 1 or 2. Its summary is counted anew: what a host claims of
 * itself in two places may differ.
 */
export function readHostReport(text: string): HostReport {
  const json = parseUntrusted(text, MAX_LEVELS);
  if (json.outcome !== "read") return { unreadable: json.why };
  const { schema_version: version, left_off } = (json.value ?? {}) as Claimed;
  if (typeof version === "number" && version > 2)
    return { unreadable: `written by a newer version (report ${version}); upgrade this view` };
  const leftOff = v.safeParse(LeftOff, left_off);
  const plain = readPlain(json.value);
  const parsed =
    plain === undefined
      ? v.safeParse(version === 1 ? ReportV1 : Report, json.value, FIRST_ISSUE)
      : { success: true as const, output: plain };
  if (!parsed.success) return { unreadable: `not a report: ${describeIssue(parsed.issues[0])}` };
  if (!leftOff.success) return { unreadable: "not a report: left_off: Expected a count" };
  return { report: withSummary(inCurrentVersion(parsed.output), leftOff.output) };
}

/** Cells that are not plain are read by their schema; undefined if any of them cannot be read. */
function readPlain(value: unknown): Report | undefined {
  const { cells } = (value ?? {}) as { readonly cells?: unknown };
  if (!Array.isArray(cells)) return undefined;
  const head = v.safeParse(Report, { ...(value as object), cells: [] }, FIRST_ISSUE);
  if (!head.success) return undefined;
  const read: ReportCell[] = [];
  for (const each of cells as unknown[]) {
    const cell = isPlainReportCell(each) ? each : v.safeParse(ReportCell, each, FIRST_ISSUE);
    if (!("success" in cell)) read.push(withSharedParts(cell));
    else if (cell.success) read.push(cell.output);
    else return undefined;
  }
  return { ...head.output, cells: read };
}

/** What nearly all cells have: tens of thousands of copies would be a third of the heap of a view. */
const NOTHING = {
  evidence: { process: null, exit: null, host: null },
  labels: {},
  problems: [],
} satisfies Partial<ReportCell>;

/** The same cell; parts of it that say nothing are those of all others. */
function withSharedParts(cell: ReportCell): ReportCell {
  const { evidence, labels, problems, last_heartbeat, expected_since } = cell;
  if (evidence.process === null && evidence.exit === null && evidence.host === null)
    cell.evidence = NOTHING.evidence;
  if (problems.length === 0) cell.problems = NOTHING.problems;
  if (Object.keys(labels).length === 0) cell.labels = NOTHING.labels;
  if (expected_since === last_heartbeat) cell.expected_since = last_heartbeat;
  return cell;
}

function withSummary(report: Report, leftOff: number): Report {
  const summary = summarize(report.cells);
  summary.total += leftOff;
  summary.healthy += leftOff;
  return { ...report, summary };
}

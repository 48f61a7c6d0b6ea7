/**
 * Reports of version 1, which older programs write and read.
 *
 * @module
 */
import * as v from "valibot";
import {
  type Evidence,
  Problem,
  ProblemCode,
  Report,
  ReportCell,
  Summary,
} from "../contract/report.ts";
import { attentionFor } from "./attention.ts";
import { summarize } from "./summary.ts";
import { rowOf } from "./rows.ts";

/** Codes without a similar one in version 1: omitted, because its readers would refuse the report. */
const OMITTED_IN_VERSION_1: readonly ProblemCode[] = ["two-writers", "stuck", "clone-lost"];

/** The codes that version 1 lacks, each with the most similar one that it has. */
const SIMILAR_IN_VERSION_1: Readonly<Partial<Record<ProblemCode, ProblemCode>>> = {
  crashed: "exited",
  "process-gone": "heartbeat-old",
};

const CellV1 = v.object({
  ...v.pick(ReportCell, [
    "mission_id",
    "title",
    "labels",
    "status",
    "mission_status",
    "state",
    "last_heartbeat",
    "age_seconds",
    "limit_seconds",
  ]).entries,
  problems: v.array(Problem),
});
const SummaryV1 = v.pick(Summary, [
  "total",
  "healthy",
  "stale",
  "incomplete",
  "uninitialized",
  "resting",
]);

/** Schema of a report of version 1. */
export const ReportV1 = v.object({
  ...v.omit(Report, ["schema_version", "suspicion", "hold", "fleet", "summary", "cells"]).entries,
  schema_version: v.literal(1),
  observer_suspect: v.boolean(),
  summary: SummaryV1,
  cells: v.array(CellV1),
});
export type ReportV1 = v.InferOutput<typeof ReportV1>;

/** Schema of a report of any version that our readers accept. */
export const AnyReport = v.variant("schema_version", [Report, ReportV1]);

const NO_EVIDENCE: Evidence = { process: null, exit: null, host: null };
const SUSPECT_TEXT = "many cells went silent at the same time: this host or its disk is suspect";

/** A report in the current version; fields that version 1 lacks are null. */
export function inCurrentVersion(report: v.InferOutput<typeof AnyReport>): Report {
  if (report.schema_version === 2) return report;
  const { observer_suspect, cells: old, ...head } = report;
  const cells = old.map(cellFromV1);
  const suspicion = observer_suspect
    ? { suspicion: { cause: "mass-silence", text: SUSPECT_TEXT } as const }
    : {};
  return { ...head, schema_version: 2, ...suspicion, summary: summarize(cells), cells };
}

function cellFromV1(cell: v.InferOutput<typeof CellV1>): ReportCell {
  const { status, problems, mission_status, last_heartbeat, limit_seconds } = cell;
  const attention = attentionFor({
    row: rowOf(cell),
    status,
    problems,
    isFailed: mission_status === "failed",
    isOverdue: false,
  });
  return {
    ...cell,
    owner: null,
    source: null,
    attention,
    message: null,
    progress: null,
    activity: null,
    expected_since: limit_seconds === null ? null : last_heartbeat,
    evidence: NO_EVIDENCE,
  };
}

/** A report in version 1, for older readers. A stuck cell was healthy there. */
export function inVersion1(report: Report): ReportV1 {
  const { suspicion, cells: current, schema_version: _, ...head } = report;
  const cells = current.map(cellInV1);
  const count = (status: ReportCell["status"]) =>
    cells.filter((cell) => cell.status === status).length;
  return {
    ...head,
    schema_version: 1,
    observer_suspect: suspicion !== undefined,
    summary: {
      total: cells.length,
      healthy: count("healthy"),
      stale: count("stale"),
      incomplete: count("incomplete"),
      uninitialized: count("uninitialized"),
      resting: report.summary.resting,
    },
    cells,
  };
}

function cellInV1(cell: ReportCell): v.InferOutput<typeof CellV1> {
  const isStuck = rowOf(cell) === "stuck";
  const kept = cell.problems.filter(({ code }) => !OMITTED_IN_VERSION_1.includes(code));
  return {
    ...v.parse(CellV1, cell),
    status: isStuck ? "healthy" : cell.status,
    problems: kept.map((each) => ({ ...each, code: SIMILAR_IN_VERSION_1[each.code] ?? each.code })),
  };
}

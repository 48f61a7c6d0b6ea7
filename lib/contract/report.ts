/**
 * The health report: what a scan prints, writes and serves.
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "../base/id.ts";
import { Jobs } from "./job-report.ts";
import { ReportedMember } from "./fleet-member.ts";
import { Ignored } from "./ignored.ts";
import { CellRevival, ReportedHold } from "./revival.ts";
import { MissionStatus } from "./mission.ts";
import { Amount, Count } from "../base/number.ts";
import { Timestamp } from "../base/time.ts";

export const Status = v.picklist(["healthy", "stale", "incomplete", "uninitialized"]);
export type Status = v.InferOutput<typeof Status>;

/** What can be wrong with a cell. The meaning of a code never changes. */
export const ProblemCode = v.picklist([
  "absent",
  "wrong-type",
  "unreadable",
  "malformed",
  "too-large",
  "id-mismatch",
  "pointer-escapes",
  "heartbeat-old",
  "heartbeat-ahead",
  "never-beat",
  "exited",
  "vanished",
  "crashed",
  "process-gone",
  "stuck",
  "two-writers",
  "clone-lost",
]);
export type ProblemCode = v.InferOutput<typeof ProblemCode>;

export const Attention = v.picklist(["none", "note", "warning", "critical"]);
export type Attention = v.InferOutput<typeof Attention>;

/** Why the observer, its disk or its host may be at fault, rather than the agents. */
export const SuspicionCause = v.picklist([
  "mass-silence",
  "disk-full",
  "read-only",
  "clock-step",
  "suspended",
  "starved",
  "root-replaced",
]);
export type SuspicionCause = v.InferOutput<typeof SuspicionCause>;

/** A suspicion: `text` is one sentence for people. */
export const Suspicion = v.object({
  cause: SuspicionCause,
  text: v.string(),
  /** The moment of a mass silence: a cell that was past its limit before is not covered. */
  since: v.optional(Timestamp),
});
export type Suspicion = v.InferOutput<typeof Suspicion>;

/** `code` is for programs, `text` for people; `path` is relative to the cell, `.` the cell itself. */
export const Problem = v.object({ code: ProblemCode, path: v.string(), text: v.string() });
export type Problem = v.InferOutput<typeof Problem>;

const ReportProgress = v.object({
  done: v.number(),
  total: v.nullable(v.number()),
  note: v.nullable(v.string()),
});
const ReportActivity = v.object({ what: v.string(), expect_seconds: v.number() });

/** What the witnesses reported about the agent; null means that a witness reported nothing. */
export const Evidence = v.object({
  /** The process that the last beat vouches for. */
  process: v.nullable(v.picklist(["alive", "gone", "unknown"])),
  /** How the agent's command ended: its exit code, or the signal that ended it. */
  exit: v.nullable(
    v.object({ code: v.nullable(Count), signal: v.nullable(v.string()), at: Timestamp }),
  ),
  /** The host that the last beat names. */
  host: v.nullable(v.string()),
});
export type Evidence = v.InferOutput<typeof Evidence>;

/** One cell in a report; null means unknown. */
export const ReportCell = v.object({
  mission_id: MissionId,
  title: v.nullable(v.string()),
  owner: v.nullable(v.string()),
  labels: v.record(v.string(), v.string()),
  source: v.nullable(v.string()),
  status: Status,
  attention: Attention,
  mission_status: v.nullable(MissionStatus),
  state: v.nullable(v.string()),
  message: v.nullable(v.string()),
  progress: v.nullable(ReportProgress),
  activity: v.nullable(ReportActivity),
  last_heartbeat: v.nullable(Timestamp),
  /** Since when a beat has been expected; null where none is. */
  expected_since: v.nullable(Timestamp),
  /** Seconds since the last beat; negative if it lies in the future. */
  age_seconds: v.nullable(v.number()),
  /** How long the cell may be silent; null where no beat is expected. */
  limit_seconds: v.nullable(v.number()),
  evidence: Evidence,
  problems: v.array(Problem),
  ...CellRevival.entries,
});
export type ReportCell = v.InferOutput<typeof ReportCell>;

/**
 * The number of cells by status; `resting` ones are healthy and expected to be silent, `waiting`
 * ones are healthy, `stuck` ones are stale. The last two count by attention.
 */
export const Summary = v.object({
  total: Count,
  healthy: Count,
  stale: Count,
  incomplete: Count,
  uninitialized: Count,
  resting: Count,
  waiting: Count,
  stuck: Count,
  critical: Count,
  warning: Count,
});
export type Summary = v.InferOutput<typeof Summary>;

/** Schema of a report. Cells are sorted by id. */
export const Report = v.object({
  schema_version: v.literal(2),
  generated_at: Timestamp,
  host: v.string(),
  root: v.string(),
  duration_ms: Amount,
  /** When the next report is due, if there is a schedule. */
  next_expected_at: v.optional(Timestamp),
  /** Why the observer, its disk or its host may be at fault; absent without a suspicion. */
  suspicion: v.optional(Suspicion),
  hold: v.optional(ReportedHold),
  fleet: v.optional(ReportedMember),
  summary: Summary,
  cells: v.array(ReportCell),
  ignored: v.array(Ignored),
  /** The cron jobs of the host, if they were scanned. */
  jobs: v.optional(Jobs),
  /** Why the jobs are unknown, if there were some before. */
  jobs_unknown: v.optional(v.string()),
});
export type Report = v.InferOutput<typeof Report>;

/**
 * The health report: what a scan prints, writes and serves.
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "./id.ts";
import { Jobs } from "./jobs.ts";
import { MissionStatus } from "./mission.ts";
import { Amount, Count } from "./number.ts";
import { Timestamp } from "./time.ts";

export const Status = v.picklist(["healthy", "stale", "incomplete", "uninitialized"]);
export type Status = v.InferOutput<typeof Status>;

/** What can be wrong with a cell. A code never changes its meaning. */
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
]);

/** One thing wrong: `code` is for programs, `text` is one sentence for a person. */
export const Problem = v.object({
  code: ProblemCode,
  /** The offending path, relative to the cell; `.` is the cell itself. */
  path: v.string(),
  text: v.string(),
});
export type Problem = v.InferOutput<typeof Problem>;

/** How many characters of a label's name and value a report holds; a longer one is cut. */
export const LABEL_LIMIT = 100;

/** One cell in a report; null is what is not known. */
export const ReportCell = v.object({
  mission_id: MissionId,
  title: v.nullable(v.string()),
  labels: v.record(v.string(), v.string()),
  status: Status,
  mission_status: v.nullable(MissionStatus),
  state: v.nullable(v.string()),
  last_heartbeat: v.nullable(Timestamp),
  /** Seconds since the last beat; negative when it lies in the future. */
  age_seconds: v.nullable(v.number()),
  /** The age at which the cell turns stale; null where no beat is expected. */
  limit_seconds: v.nullable(v.number()),
  problems: v.array(Problem),
});
export type ReportCell = v.InferOutput<typeof ReportCell>;

/** How many cells have each status; `resting` ones are healthy and expected to be silent. */
export const Summary = v.object({
  total: Count,
  healthy: Count,
  stale: Count,
  incomplete: Count,
  uninitialized: Count,
  resting: Count,
});
export type Summary = v.InferOutput<typeof Summary>;

/** An entry of the root that is no cell. */
export const Ignored = v.object({ name: v.string(), why: v.string() });
export type Ignored = v.InferOutput<typeof Ignored>;

/** Schema of a report. Cells are sorted by id. */
export const Report = v.object({
  schema_version: v.literal(1),
  generated_at: Timestamp,
  host: v.string(),
  root: v.string(),
  duration_ms: Amount,
  /** When the next report is due, where a schedule is known. */
  next_expected_at: v.optional(Timestamp),
  /** So many cells fell silent at once that the watcher, disk or host is the likelier culprit. */
  observer_suspect: v.boolean(),
  summary: Summary,
  cells: v.array(ReportCell),
  ignored: v.array(Ignored),
  /** The cron jobs of the host, where they were looked at. */
  jobs: v.optional(Jobs),
});
export type Report = v.InferOutput<typeof Report>;

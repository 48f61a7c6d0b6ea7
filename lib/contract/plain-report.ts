/**
 * Plain cells of reports: a check by hand, for what nearly all cells are, as in plain.ts.
 *
 * It accepts only what the schema `ReportCell` returns unchanged. A view of a fleet reads every report
 * anew after each round of its host, and the schema would take several times as long as the parsing.
 *
 * @module
 */
import { isMissionId } from "../base/id.ts";
import { isTimestamp } from "../base/time.ts";
import { MISSION_STATUSES } from "./mission.ts";
import { Attention, ProblemCode, ReportCell, Status } from "./report.ts";

type Fields = Readonly<Record<string, unknown>>;

/** All fields but those that only cells with orders and attempts have. */
const REQUIRED = Object.keys(ReportCell.entries).length - 2;
const [STATUSES, ATTENTIONS, CODES, MISSIONS] = [
  Status.options,
  Attention.options,
  ProblemCode.options,
  MISSION_STATUSES,
].map((words): ReadonlySet<unknown> => new Set(words)) as [
  ReadonlySet<unknown>,
  ReadonlySet<unknown>,
  ReadonlySet<unknown>,
  ReadonlySet<unknown>,
];

/** Names that the schema drops. */
const DROPPED: readonly string[] = ["__proto__", "prototype", "constructor"];

/** True only for what the schema `ReportCell` accepts, and returns as it is. */
export const isPlainReportCell = (value: unknown): value is ReportCell =>
  hasFields(value, REQUIRED) &&
  typeof value["mission_id"] === "string" &&
  isMissionId(value["mission_id"]) &&
  isWordy(value) &&
  isTimed(value) &&
  isPlainEvidence(value["evidence"]) &&
  Array.isArray(value["problems"]) &&
  value["problems"].every(isPlainProblem);

/** An object with `count` fields: one that has all known fields then has no others. */
const hasFields = (value: unknown, count: number): value is Fields =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).length === count;

const isTextOrNull = (value: unknown): boolean => value === null || typeof value === "string";
const isNumberOrNull = (value: unknown): boolean => value === null || typeof value === "number";

/** Progress and activity are rare: cells that have them are left to the schema. */
const isWordy = (cell: Fields): boolean =>
  isTextOrNull(cell["title"]) &&
  isTextOrNull(cell["owner"]) &&
  hasPlainLabels(cell["labels"]) &&
  isTextOrNull(cell["source"]) &&
  STATUSES.has(cell["status"]) &&
  ATTENTIONS.has(cell["attention"]) &&
  (cell["mission_status"] === null || MISSIONS.has(cell["mission_status"])) &&
  isTextOrNull(cell["state"]) &&
  isTextOrNull(cell["message"]) &&
  cell["progress"] === null &&
  cell["activity"] === null;

const isTimed = (cell: Fields): boolean =>
  isMomentOrNull(cell["last_heartbeat"]) &&
  isMomentOrNull(cell["expected_since"]) &&
  isNumberOrNull(cell["age_seconds"]) &&
  isNumberOrNull(cell["limit_seconds"]);

const isMomentOrNull = (value: unknown): boolean =>
  value === null || (typeof value === "string" && isTimestamp(value));

function hasPlainLabels(labels: unknown): boolean {
  if (typeof labels !== "object" || labels === null || Array.isArray(labels)) return false;
  return Object.entries(labels).every(
    ([name, value]) => typeof value === "string" && !DROPPED.includes(name),
  );
}

const isPlainEvidence = (value: unknown): boolean =>
  hasFields(value, 3) &&
  (value["process"] === null || value["process"] === "alive" || value["process"] === "gone") &&
  value["exit"] === null &&
  isTextOrNull(value["host"]);

const isPlainProblem = (value: unknown): boolean =>
  hasFields(value, 3) &&
  CODES.has(value["code"]) &&
  typeof value["path"] === "string" &&
  typeof value["text"] === "string";

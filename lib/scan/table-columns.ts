/**
 * The columns of a table of cells.
 *
 * @module
 */
import { describeDuration, largestUnit } from "../base/duration.ts";
import { printable } from "../base/printable.ts";
import type { ReportCell } from "../contract/report.ts";
import type { CellOrder } from "../contract/revival.ts";
import { severityRank, statusText } from "../verdict/display-status.ts";

/** A column: its largest width on a terminal, unless it shares what the others leave. */
interface Column {
  readonly text: (cell: ReportCell) => string;
  readonly max?: number;
  /** What cells are sorted by, if not the text. */
  readonly rank?: (cell: ReportCell) => number;
}

/** Every column, by the name that `--columns` and `--sort` take. */
const TABLE_COLUMNS = {
  mission: { text: ({ mission_id }) => mission_id, max: 36 },
  status: { text: statusText, max: 19, rank: severityRank },
  age: { text: ageText, max: 6, rank: ({ age_seconds }) => -(age_seconds ?? -Infinity) },
  state: { text: ({ state }) => state ?? "-", max: 11 },
  attention: { text: ({ attention }) => attention, max: 9, rank: severityRank },
  limit: {
    text: ({ limit_seconds: limit }) => (limit === null ? "-" : largestUnit(limit)),
    max: 6,
    rank: ({ limit_seconds }) => -(limit_seconds ?? 0),
  },
  owner: { text: ({ owner }) => printable(owner ?? ""), max: 16 },
  progress: { text: progressText, max: 12 },
  attempts: {
    text: ({ attempts = 0 }) => (attempts === 0 ? "" : String(attempts)),
    max: 8,
    rank: ({ attempts = 0 }) => -attempts,
  },
  orders: { text: ordersText },
  title: { text: ({ title }) => printable(title ?? "") },
  activity: { text: activityText },
  message: { text: ({ message }) => printable(message ?? "") },
  says: { text: saysText },
  labels: { text: labelsText },
  host: { text: ({ evidence }) => printable(evidence.host ?? ""), max: 20 },
  problem: { text: ({ problems }) => printable(problems[0]?.text ?? "") },
} as const satisfies Readonly<Record<string, Column>>;
export type TableColumn = keyof typeof TABLE_COLUMNS;
export const TABLE_COLUMN_NAMES = Object.keys(TABLE_COLUMNS) as TableColumn[];

/** Always shown, unless others are requested. */
export const USUAL_COLUMNS: readonly TableColumn[] = ["mission", "status", "age", "state", "title"];
/** Shown where a cell has them and there is room for them. */
export const EXTRA_COLUMNS: readonly TableColumn[] = [
  "says",
  "progress",
  "owner",
  "attempts",
  "orders",
];

export const columnOf = (name: TableColumn): Column => TABLE_COLUMNS[name];

function ageText({ age_seconds: age }: ReportCell): string {
  return age === null ? "-" : `${age < -1 ? "-" : ""}${largestUnit(age)}`;
}

function progressText({ progress }: ReportCell): string {
  if (progress === null) return "";
  return progress.total === null ? String(progress.done) : `${progress.done}/${progress.total}`;
}

function activityText({ activity }: ReportCell): string {
  if (activity === null) return "";
  return `${printable(activity.what)} (${describeDuration(activity.expect_seconds)})`;
}

/** What the agent says: what it does now, and its message. */
export function saysText(cell: ReportCell): string {
  const { message, progress } = cell;
  const parts = [activityText(cell), printable(progress?.note ?? ""), printable(message ?? "")];
  return parts.filter((part) => part !== "").join("; ");
}

/** The orders that hold for a mission: `snoozed until 2026-01-31T12:00:00.000Z`. */
export function ordersText({ orders = [] }: ReportCell): string {
  return orders.map(orderText).join(", ");
}

function orderText({ order, until, reason }: CellOrder): string {
  const why = reason === undefined ? "" : ` (${printable(reason)})`;
  return order === "snooze" ? `snoozed until ${until}${why}` : `quarantined${why}`;
}

function labelsText({ labels }: ReportCell): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return printable(pairs.join(" "));
}

/**
 * The order of the rows.
 *
 * @module
 */
import { severityRank } from "../../../verdict/display-status.ts";
import type { Entry } from "./entry.ts";

export type ColumnName = "status" | "title" | "state" | "age" | "problem" | "labels" | "id";

/** The value that a cell is sorted by; null comes last in either direction. */
type SortKey = string | number | null;

const SORT_KEYS: Readonly<Record<ColumnName, (entry: Entry) => SortKey>> = {
  status: ({ cell }) => severityRank(cell),
  title: ({ cell }) => cell.title,
  state: ({ cell }) => cell.state,
  age: ({ cell }) => (cell.last_heartbeat === null ? null : -Date.parse(cell.last_heartbeat)),
  problem: ({ cell }) => cell.problems[0]?.text ?? null,
  labels: ({ labels }) => labels.join(" ") || null,
  id: ({ cell }) => cell.mission_id,
};

/** The columns that cells can be sorted by. */
export const COLUMN_ORDER = Object.keys(SORT_KEYS) as readonly ColumnName[];

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Cells sorted by a column, and by id if their values are equal. */
export function sorted(
  entries: readonly Entry[],
  column: ColumnName,
  descending: boolean,
): readonly Entry[] {
  const keyOf = SORT_KEYS[column];
  const keyed = entries.map((entry) => ({ entry, key: keyOf(entry) }));
  const sign = descending ? -1 : 1;
  keyed.sort((a, b) => compareKeys(a.key, b.key, sign) || compareIds(a.entry, b.entry));
  return keyed.map(({ entry }) => entry);
}

function compareKeys(a: SortKey, b: SortKey, sign: number): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  const isNumeric = typeof a === "number" && typeof b === "number";
  return sign * (isNumeric ? a - b : collator.compare(String(a), String(b)));
}

const compareIds = (a: Entry, b: Entry): number => (a.cell.mission_id < b.cell.mission_id ? -1 : 1);

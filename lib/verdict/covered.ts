/**
 * What the suspicion of a report covers, for readers that have only the report.
 *
 * Imports no schema, so that the page carries these lines only.
 *
 * @module
 */
import type { ReportCell, Suspicion } from "../contract/report.ts";
import { isSilent } from "./attention.ts";

/** The fields that decide whether a suspicion covers a cell. */
type Suspected = Pick<
  ReportCell,
  "problems" | "state" | "evidence" | "expected_since" | "limit_seconds"
>;

/** True if a suspicion covers the first problem of a cell. */
export function isCovered(cell: Suspected, suspicion: Suspicion | undefined): boolean {
  if (suspicion === undefined) return false;
  if (suspicion.cause === "root-replaced") return true;
  return isSilent(cell) && !wasSilentBefore(cell, suspicion.since);
}

/** True for a cell that was past its limit before a moment, which therefore does not explain it. */
function wasSilentBefore(
  { expected_since, limit_seconds }: Suspected,
  moment: string | undefined,
): boolean {
  if (limit_seconds === null) return false;
  // Both are timestamps of a checked report; an absent one is NaN, which is below nothing.
  const [since, until] = [expected_since, moment].map((text) => Date.parse(text ?? ""));
  return (since ?? Number.NaN) + 1000 * limit_seconds < (until ?? Number.NaN);
}

/**
 * The last word of an agent: its work is done, so that it may be silent from then on.
 *
 * Imports nothing, so that the page carries these lines only.
 *
 * @module
 */

/** Words with which agents say that their work succeeded. Traps write words such as `exited` after any end. */
const FINAL_STATES: ReadonlySet<string> = new Set([
  "done",
  "complete",
  "completed",
  "finished",
  "success",
  "succeeded",
]);

/** What an agent says about its work, in a beat or in a report; null and undefined mean nothing. */
export interface ReportedWork {
  readonly state?: string | null | undefined;
  readonly progress?:
    { readonly done: number; readonly total?: number | null | undefined } | null | undefined;
  readonly activity?: object | null | undefined;
}

/** True if an agent says that its work is done, and not only a step of it. */
export function isFinal({ state, progress, activity }: ReportedWork): boolean {
  if (!FINAL_STATES.has(state ?? "") || (activity ?? null) !== null) return false;
  const total = progress?.total ?? null;
  return total === null || (progress?.done ?? 0) >= total;
}

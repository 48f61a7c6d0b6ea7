/**
 * Where the daemon stands, for those beside its loop.
 *
 * @module
 */
import type { Report } from "../../schemas/report.ts";
import type { Settings } from "../../schemas/settings.ts";

/** Where a loop stands: what those beside it may look at. */
export interface Standing {
  settings: Settings;
  /** The last report, and when it was made, in milliseconds of a clock that nobody sets. */
  latest: { readonly report: Report; readonly atMs: number } | undefined;
  /** When the last round ended, by the same clock. */
  lastMs: number;
}

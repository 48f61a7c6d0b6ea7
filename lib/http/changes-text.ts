/**
 * What a reader of the previous report needs to update it, as JSON.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import type { Delta } from "../verdict/changes.ts";
import type { CellChanges } from "../view/packed-changes.ts";
import { PartedText } from "./parted-text.ts";
import { jsonParts } from "./report-json.ts";
import type { Snapshot } from "./snapshot.ts";

/** The JSON of a `Delta`. */
export function changesText(
  { report, cells }: Snapshot,
  { changed, removed }: CellChanges,
): PartedText {
  const { generated_at, next_expected_at, duration_ms, suspicion, fleet, ...rest } = report;
  const { summary, ignored, jobs } = rest;
  const frame: Delta = {
    generated_at,
    next_expected_at,
    duration_ms,
    suspicion,
    fleet,
    summary,
    cells: [],
    removed,
    ignored,
    jobs,
  };
  return new PartedText(changed.length, () => jsonParts(frame, cells, changed));
}

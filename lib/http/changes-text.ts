/**
 * What a reader of the previous report needs to update it, as JSON.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import type { Report } from "../contract/report.ts";
import type { Delta } from "../verdict/changes.ts";
import type { CellChanges } from "../view/packed-changes.ts";
import { PartedText } from "./parted-text.ts";
import { jsonParts } from "./report-json.ts";
import type { Snapshot } from "./snapshot.ts";

/** The fields of a report that a delta does not have: JSON omits what is undefined. */
const OMITTED: Record<Exclude<keyof Report, keyof Delta>, undefined> = {
  schema_version: undefined,
  host: undefined,
  root: undefined,
  hold: undefined,
};

/** The JSON of a `Delta`. */
export function changesText(
  { report, cells }: Snapshot,
  { changed, removed }: CellChanges,
): PartedText {
  const frame: Delta = { ...report, ...OMITTED, removed };
  return new PartedText(changed.length, () => jsonParts(frame, cells, changed));
}

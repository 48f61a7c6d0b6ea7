/**
 * The marker file of a store: it distinguishes each of its directories from an empty one in the same
 * place, such as the mount point of a file system that is not mounted.
 *
 * @module
 */
import * as v from "valibot";
import { Timestamp } from "../base/time.ts";

/** The marker's file name. */
export const MARKER_FILE = "store.json";

/** Schema of the marker. All directories of one store share the id; a copy keeps it. */
export const StoreMarker = v.looseObject({
  schema_version: v.literal(1),
  store_id: v.pipe(v.string(), v.uuid()),
  made_at: Timestamp,
  /** The store's root: its path without symlinks. */
  root: v.string(),
});
export type StoreMarker = v.InferOutput<typeof StoreMarker>;

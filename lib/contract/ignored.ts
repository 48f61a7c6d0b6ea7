/**
 * What a report says about entries of a root that are not cells.
 *
 * @module
 */
import * as v from "valibot";

/** A root entry that is not a cell. */
export const Ignored = v.object({ name: v.string(), why: v.string() });
export type Ignored = v.InferOutput<typeof Ignored>;

/**
 * A cell by its root and id.
 *
 * @module
 */
import type { Root } from "../host/files/directory.ts";

/** The cell `id` under an open root. */
export interface Cell {
  readonly root: Root;
  readonly id: string;
}

/**
 * File types.
 *
 * @module
 */
import type { Stats } from "node:fs";

/** The type of a file for messages. */
export function fileTypeOf(stats: Stats): string {
  if (stats.isFile()) return "regular file";
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "symlink";
  if (stats.isFIFO()) return "FIFO";
  return stats.isSocket() ? "socket" : "device";
}

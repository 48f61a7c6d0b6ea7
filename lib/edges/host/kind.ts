/**
 * What something on disk is.
 *
 * @module
 */
import type { Stats } from "node:fs";

/** What something on disk is, in words. */
export function kindOf(stats: Stats): string {
  if (stats.isFile()) return "regular file";
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "symlink";
  if (stats.isFIFO()) return "FIFO";
  return stats.isSocket() ? "socket" : "device";
}

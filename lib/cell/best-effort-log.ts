/**
 * Logging an error in a cell's log, for callers that must not fail when this fails.
 *
 * @module
 */
import { fstatSync } from "node:fs";
import type { Root } from "../host/files/directory.ts";
import { appendLine, type LogEvent, logLine, logSegments, withLog } from "./log.ts";
import { observeCell } from "./observe.ts";

/** The rate limit: an error of one event usually repeats with the next. */
const MIN_INTERVAL_MS = 10_000;

/** Appends a line to a cell's log, unless that fails or a line was appended in the last 10 seconds. */
export function tryAppendToLog(root: Root, id: string, event: LogEvent, now: Date): void {
  try {
    const segments = logSegments(observeCell(root, id));
    withLog(root.fd, [id, ...segments], (log) => {
      const { size, mtimeMs } = fstatSync(log);
      // An mtime in the future comes from another clock, and must not suppress lines until then.
      if (size > 0 && Math.abs(now.getTime() - mtimeMs) < MIN_INTERVAL_MS) return;
      appendLine(log, logLine(event, now));
    });
  } catch {
    // Without a log there is nowhere to report it.
  }
}

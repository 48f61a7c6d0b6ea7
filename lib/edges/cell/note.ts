/**
 * A line in a cell's log about what went wrong, for a caller that must not fail because of it.
 *
 * @module
 */
import { fstatSync } from "node:fs";
import type { Root } from "../host/directory.ts";
import { appendLine, type LogEvent, logLine, logSteps, withLog } from "./log.ts";
import { observeCell } from "./observe.ts";

/** No more often than so: what goes wrong with one event goes wrong with the next. */
const REST_MS = 10_000;

/** Appends a line to a cell's log, if it can be done and nothing was appended just now. */
export function noteInLog(root: Root, id: string, event: LogEvent, now: Date): void {
  try {
    const steps = logSteps(observeCell(root, id));
    withLog(root.fd, [id, ...steps], (log) => {
      const { size, mtimeMs } = fstatSync(log);
      // A log from a later time was written by another clock, which must not silence us until then.
      if (size > 0 && Math.abs(now.getTime() - mtimeMs) < REST_MS) return;
      appendLine(log, logLine(event, now));
    });
  } catch {
    // There is no log, and nobody else to tell.
  }
}

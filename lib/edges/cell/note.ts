/**
 * A line in a cell's log about what went wrong, by who must not fail for it.
 *
 * @module
 */
import { closeSync, fstatSync } from "node:fs";
import { type Root, withParent } from "../host/directory.ts";
import { appendLine, type LogEvent, logLine, logSteps, openLog } from "./log.ts";
import { observeCell } from "./observe.ts";

/** No more often than so: what goes wrong with one event goes wrong with the next. */
const REST_MS = 10_000;

/** Appends a line to a cell's log, if it can be done and nothing was appended just now. */
export function noteInLog(root: Root, id: string, event: LogEvent, now: Date): void {
  try {
    const steps = logSteps(observeCell(root, id));
    withParent(root.fd, [id, ...steps], (dir, name) => {
      const log = openLog(dir, name);
      try {
        const { size, mtimeMs } = fstatSync(log);
        // A log from a later time was written by another clock, which must not silence us until then.
        if (size > 0 && Math.abs(now.getTime() - mtimeMs) < REST_MS) return;
        appendLine(log, logLine(event, now));
      } finally {
        closeSync(log);
      }
    });
  } catch {
    // There is no log, and nobody else to tell.
  }
}

/**
 * Work for a command, such as beats, whose failure must never make the command fail.
 *
 * @module
 */
import { closeSync, constants, write, writeSync } from "node:fs";
import { printable } from "../base/printable.ts";
import { OperatorError } from "../base/errors.ts";
import { errnoOf } from "../host/errno.ts";
import { reopenNonBlocking } from "../host/programs/pipe.ts";
import { printError } from "../host/stdio/stdio.ts";
import { wouldStopJob } from "./terminal.ts";

/** Runs an action; an error is reported, and the result is undefined. */
export type BestEffort = <T>(action: () => T | Promise<T>) => Promise<T | undefined>;

/** Creates a `BestEffort` that reports errors through `report`. */
export const createBestEffort =
  (report: (text: string) => void): BestEffort =>
  async (action) => {
    try {
      return await action();
    } catch (error) {
      report(textOf(error));
      return undefined;
    }
  };

/** Creates a function that writes each distinct text to stderr once, as one line. */
export function createWarnOnce(): (text: string) => void {
  const reported = new Set<string>();
  return (text) => {
    if (!reported.has(text)) warnOnStderr(text);
    reported.add(text);
  };
}

/**
 * Writes one line about the run to stderr. If the pipe is full, a thread waits for its reader, so
 * that a stalled reader does not delay the command's time limit and signals. The line is dropped if
 * the terminal would stop the command for it.
 */
export function warnOnStderr(text: string): void {
  if (wouldStopJob()) return;
  const line = `heartbeat run: ${printable(text)}\n`;
  const pipe = reopenNonBlocking(2, constants.O_WRONLY);
  if (pipe === undefined) return printError(line);
  try {
    writeSync(pipe, line);
  } catch (error) {
    if (errnoOf(error) === "EAGAIN") write(2, line, () => {});
  } finally {
    closeSync(pipe);
  }
}

function textOf(error: unknown): string {
  if (error instanceof OperatorError) return error.message;
  return `bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

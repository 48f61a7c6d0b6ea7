/**
 * `logs/daemon.log`: what was done to a cell, one JSON object a line.
 *
 * @module
 */
import { closeSync, constants, fstatSync, fsyncSync, openSync, writeSync } from "node:fs";
import { quoted } from "../../rules/printable.ts";
import { CELL_FILES, FILE_MODE } from "../../schemas/cell.ts";
import { OperatorError } from "../../schemas/errors.ts";
import type { CellFacts } from "../../schemas/facts.ts";
import { at, withParent } from "../host/directory.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { giveTo, ownerOf } from "../host/replace.ts";

const APPEND =
  constants.O_WRONLY |
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_NOFOLLOW |
  constants.O_NONBLOCK;

/** What happened: a word, and what belongs to it. */
export interface LogEvent {
  readonly program: string;
  readonly event: string;
  readonly [detail: string]: unknown;
}

/** One line of the log. */
export const logLine = (event: LogEvent, now: Date): string =>
  `${JSON.stringify({ timestamp: now.toISOString(), ...event })}\n`;

/**
 * The steps to a cell's log: where its pointer leads, or the usual place if that is out of
 * the cell, or one of its other files, which a line of log would break.
 */
export function logSteps({ log, mission, config, heartbeat }: CellFacts): string[] {
  const isTaken = [mission, config, heartbeat].some(({ path }) => path === log.path);
  const path = log.outcome === "pointer-escapes" || isTaken ? CELL_FILES.log : log.path;
  return path.split("/");
}

/**
 * Opens the log `name` in the directory `dir` for appending, made where it is absent.
 * Only a regular file with one name is written: another name could lie outside the cell.
 *
 * @throws {OperatorError} when it is anything else, or cannot be opened.
 */
export function openLog(dir: number, name: string): number {
  const doing = `Cannot append to the log ${quoted(name)}`;
  let fd: number;
  try {
    fd = openSync(at(dir, name), APPEND, FILE_MODE);
  } catch (error) {
    if (!["ELOOP", "ENXIO", "EISDIR"].includes(errnoOf(error) ?? ""))
      throw systemFailure(error, doing, "io_error");
    throw new OperatorError(
      "data_error",
      `${doing}: it is not a regular file`,
      "look at it, and remove it by hand",
    );
  }
  const stats = fstatSync(fd);
  if (stats.isFile() && stats.nlink === 1) {
    if (stats.size === 0) giveTo(fd, ownerOf(dir, "."));
    return fd;
  }
  closeSync(fd);
  throw new OperatorError(
    "data_error",
    `${doing}: it is not a regular file with one name`,
    "look at it, and remove it by hand",
  );
}

/**
 * Appends one line in one write, so that lines of several writers never mix.
 *
 * @throws {OperatorError} when it could not be written whole.
 */
export function appendLine(fd: number, line: string): void {
  const bytes = Buffer.from(line);
  try {
    const written = writeSync(fd, bytes);
    if (written !== bytes.length)
      throw new OperatorError(
        "io_error",
        `Cannot append to the cell's log: ${written} of ${bytes.length} bytes were written`,
        "free space on that file system",
      );
    fsyncSync(fd);
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw systemFailure(error, "Cannot append to the cell's log", "io_error");
  }
}

/**
 * Appends what happened to the log of an open cell.
 *
 * @throws {OperatorError} or the system's error when it cannot be opened or written.
 */
export function note(cell: number, facts: CellFacts, event: LogEvent, now: Date): void {
  withLog(cell, logSteps(facts), (log) => appendLine(log, logLine(event, now)));
}

/** Calls `use` with the open log that `steps` lead to from the directory `dir`, and closes it. */
export function withLog(dir: number, steps: readonly string[], use: (log: number) => void): void {
  withParent(dir, steps, (place, name) => {
    const log = openLog(place, name);
    try {
      use(log);
    } finally {
      closeSync(log);
    }
  });
}

/**
 * `logs/daemon.log`: the history of a cell, one JSON object per line.
 *
 * @module
 */
import { closeSync, constants, fstatSync, fsyncSync, openSync, writeSync } from "node:fs";
import { quoted } from "../base/printable.ts";
import { CELL_FILES, FILE_MODE } from "../contract/cell.ts";
import { OperatorError } from "../base/errors.ts";
import type { CellFacts } from "../contract/facts.ts";
import { at, withParent } from "../host/files/directory.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { chownTo, tryLstat } from "../host/files/atomic-file.ts";

const APPEND =
  constants.O_WRONLY |
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_NOFOLLOW |
  constants.O_NONBLOCK;

/** An event: its name, the program that logs it, and its details. */
export interface LogEvent {
  readonly program: string;
  readonly event: string;
  readonly [detail: string]: unknown;
}

/** One line of the log. */
export const logLine = (event: LogEvent, now: Date): string =>
  `${JSON.stringify({ timestamp: now.toISOString(), ...event })}\n`;

/**
 * The path segments of a cell's log: where its pointer leads, or the default path if the
 * pointer leaves the cell or names another contract file, which a log line would break.
 */
export function logSegments({ log, mission, config, heartbeat }: CellFacts): string[] {
  const isTaken = [mission, config, heartbeat].some(({ path }) => path === log.path);
  const path = log.outcome === "pointer-escapes" || isTaken ? CELL_FILES.log : log.path;
  return path.split("/");
}

/**
 * Opens the log `name` in the directory `dir` for appending, and creates it if it is absent.
 * The file must be regular with a single hard link: another link could be outside the cell.
 *
 * @throws {OperatorError} when it is not such a file, or cannot be opened.
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
      "check it, and remove it by hand",
    );
  }
  const stats = fstatSync(fd);
  if (stats.isFile() && stats.nlink === 1) {
    if (stats.size === 0) chownTo(fd, tryLstat(dir, "."));
    return fd;
  }
  closeSync(fd);
  throw new OperatorError(
    "data_error",
    `${doing}: it is not a regular file with a single hard link`,
    "check it, and remove it by hand",
  );
}

/**
 * Appends one line in one write(2), so that lines of several writers never mix.
 *
 * @throws {OperatorError} when it was not written completely.
 */
export function appendLine(fd: number, line: string): void {
  const bytes = Buffer.from(line);
  try {
    const written = writeSync(fd, bytes);
    if (written !== bytes.length)
      throw new OperatorError(
        "io_error",
        `Cannot append to the cell's log: ${written} of ${bytes.length} bytes were written`,
        "free some space on its file system",
      );
    fsyncSync(fd);
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw systemFailure(error, "Cannot append to the cell's log", "io_error");
  }
}

/**
 * Appends an event to the log of an open cell.
 *
 * @throws {OperatorError} or the system's error when it cannot be opened or written.
 */
export function appendEvent(cell: number, facts: CellFacts, event: LogEvent, now: Date): void {
  withLog(cell, logSegments(facts), (log) => appendLine(log, logLine(event, now)));
}

/** Opens the log at the path `segments` under the directory `dir`, calls `use`, and closes it. */
export function withLog(
  dir: number,
  segments: readonly string[],
  use: (log: number) => void,
): void {
  withParent(dir, segments, (parent, name) => {
    const log = openLog(parent, name);
    try {
      use(log);
    } finally {
      closeSync(log);
    }
  });
}

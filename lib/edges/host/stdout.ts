/**
 * Writing the standard streams whole.
 *
 * `process.stdout.write` before `process.exit` delivers 64 KiB, and `console.log` to a full
 * disk loses a report and still exits 0; so stdout is written here, synchronously.
 *
 * @module
 */
import { OperatorError } from "../../schemas/errors.ts";
import { describeErrno, errnoOf } from "./errno.ts";
import { writeAll } from "./write.ts";

/** The reader of stdout went away: there is nobody to tell. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/**
 * Writes all of `text` to stdout.
 *
 * @throws {ReaderGone} when the reader closed the pipe.
 * @throws {OperatorError} when any byte could not be written.
 */
export function printText(text: string): void {
  try {
    writeAll(1, text);
  } catch (error) {
    if (errnoOf(error) === "EPIPE") throw new ReaderGone();
    throw new OperatorError(
      "io_error",
      `Cannot write to stdout: ${describeErrno(error)}`,
      "the output is not whole: do not use it",
      { cause: error },
    );
  }
}

/** Writes words for people to stderr; there is nowhere to report that this failed. */
export function tell(text: string): void {
  try {
    writeAll(2, text);
  } catch {
    // Nobody is left to read it.
  }
}

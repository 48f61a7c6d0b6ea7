/**
 * Complete, synchronous writes to stdout and stderr.
 *
 * `process.stdout.write` before `process.exit` delivers at most 64 KiB, and `console.log` to a full
 * disk loses the output and still exits with 0.
 *
 * @module
 */
import { OperatorError } from "../../base/errors.ts";
import { describeErrno, errnoOf } from "../errno.ts";
import { writeAll } from "./write.ts";

/** The reader of stdout closed the pipe, so that an error message is pointless. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/**
 * Writes all of `text`, or of the bytes of a text, to stdout.
 *
 * @throws {ReaderGone} if the reader closed the pipe.
 * @throws {OperatorError} if not every byte could be written.
 */
export function printText(text: string | Uint8Array): void {
  try {
    writeAll(1, typeof text === "string" ? text : [text]);
  } catch (error) {
    if (errnoOf(error) === "EPIPE") throw new ReaderGone();
    throw new OperatorError(
      "io_error",
      `Cannot write to stdout: ${describeErrno(error)}`,
      "the output is incomplete: do not use it",
      { cause: error },
    );
  }
}

/** Writes `text` to stderr. Ignores failures, which could not be reported anywhere. */
export function printError(text: string): void {
  try {
    writeAll(2, text);
  } catch {
    // There is no reader left.
  }
}

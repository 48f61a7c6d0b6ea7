/**
 * The response to a request whose handler threw an unexpected error.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { printableLines } from "../base/printable.ts";
import { queueStderr } from "../host/stdio/async-stderr.ts";
import { errorResponse } from "./responses.ts";

/** Logs the error with its stack; the client gets no details. */
export function bugResponse(error: unknown): Response {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  queueStderr(`health endpoint: bug: ${printableLines(stack)}\n`);
  return errorResponse(500, "bug", "Internal error; see the server's log.");
}

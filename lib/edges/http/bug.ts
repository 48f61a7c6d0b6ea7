/**
 * A bug that was met while a request was answered.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { printableLines } from "../../rules/printable.ts";
import { tellBeside } from "../host/beside.ts";
import { refuse } from "./answer.ts";

/** The answer to whoever asked; what the log gets whole, the client does not see. */
export function answerBug(error: unknown): Response {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  tellBeside(`health endpoint: bug: ${printableLines(stack)}\n`);
  return refuse(500, "bug", "Something went wrong here; the server's log says more.");
}

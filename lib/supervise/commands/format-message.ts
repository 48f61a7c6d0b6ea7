/**
 * `lazarus-pit notify --format`: reads a message from stdin, and prints it in another form.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { EXIT, OperatorError } from "../../base/errors.ts";
import { firstUnprintable } from "../../base/printable.ts";
import { cannotUse } from "../../cli/usage-error.ts";
import { Message } from "../../contract/event.ts";
import { parseContract } from "../../contract/parse.ts";
import { systemFailure } from "../../host/errno.ts";
import { printText } from "../../host/stdio/stdio.ts";
import { describeFlaw } from "../../verdict/problems.ts";
import { type FormatName, FORMATS } from "../notify/rules/formats.ts";

const STDIN = 0;
/** Formats that need to know to whom. */
const ADDRESSED: readonly FormatName[] = ["mail", "ntfy"];

/**
 * Prints the message on stdin in a form; returns the exit code.
 *
 * @throws {OperatorError} if stdin is not a message, or `to` is missing or not allowed.
 */
export function printFormatted(name: FormatName, to: string | undefined): number {
  if (to === undefined && ADDRESSED.includes(name))
    throw cannotUse(`--format ${name} without --to`);
  if (to !== undefined && !ADDRESSED.includes(name)) throw cannotUse(`--to with --format ${name}`);
  if (firstUnprintable(to ?? "") !== undefined)
    throw cannotUse("this --to: it has control characters");
  printText(FORMATS[name](readMessage(), { to: to ?? "" }));
  return EXIT.ok;
}

function readMessage(): Message {
  const message = parseContract(readStdin(), Message);
  if (message.outcome === "read") return message.value;
  throw new OperatorError(
    "data_error",
    `Cannot read a message from stdin: it ${describeFlaw(message)}`,
    "give it what supervise writes to a notify program, as config/schemas/message.schema.json describes it",
  );
}

function readStdin(): string {
  try {
    return readFileSync(STDIN, "utf8");
  } catch (error) {
    throw systemFailure(error, "Cannot read stdin", "io_error");
  }
}

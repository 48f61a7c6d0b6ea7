/**
 * The last part of a command's output, as a record stores it.
 *
 * @module
 */
import { printableLines } from "../../base/printable.ts";

/** In characters, after control characters are escaped. */
const TAIL_CHARACTERS = 10_000;

/** Bytes as text: control characters except line ends are escaped, invalid UTF-8 is replaced. */
export function outputText(bytes: Uint8Array): string {
  // Skip the rest of a character that was cut at the start.
  const start = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
  const text = new TextDecoder().decode(bytes.subarray(Math.max(0, start)));
  return printableLines(text).slice(-TAIL_CHARACTERS);
}

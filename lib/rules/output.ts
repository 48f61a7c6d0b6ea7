/**
 * The end of a command's output, as a record keeps it.
 *
 * @module
 */
import { printableLines } from "./printable.ts";

/** How much is kept, in characters, once control characters are escaped. */
const LIMIT = 10_000;

/** Bytes as text: control characters but line ends escaped, what is no UTF-8 replaced. */
export function outputText(bytes: Uint8Array): string {
  // A character that was cut in two at the start is left out.
  const start = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
  const text = new TextDecoder().decode(bytes.subarray(Math.max(0, start)));
  return printableLines(text).slice(-LIMIT);
}

/**
 * Reads only the start of a file, which may be large.
 *
 * @module
 */
import { fstatSync, readSync } from "node:fs";
import { openFile } from "./descriptor.ts";
import { at } from "./directory.ts";
import { READ } from "./read-json.ts";
import type { TrustCheck } from "./trust.ts";

/** The longest first line that is read, in bytes. */
const LINE_LIMIT = 4096;

/** The first line of the regular file `name` in the open directory `dir`; undefined after any failure. */
export function readFirstLine(dir: number, name: string): string | undefined {
  const [line, ...rest] = readStart(dir, name, LINE_LIMIT)?.split("\n") ?? [];
  return rest.length > 0 ? line : undefined;
}

/**
 * At most the first `length` bytes of the regular file `name` in the open directory `dir`, as text;
 * undefined after any failure, and for a file that fails the trust check.
 */
export function readStart(
  dir: number,
  name: string,
  length: number,
  check?: TrustCheck,
): string | undefined {
  try {
    using file = openFile(at(dir, name), READ);
    const stats = fstatSync(file.fd);
    if (!stats.isFile() || check?.(stats) !== undefined) return undefined;
    const bytes = new Uint8Array(length);
    // Not fatal: the end may be in the middle of a character.
    return new TextDecoder().decode(bytes.subarray(0, readSync(file.fd, bytes, 0, length, 0)));
  } catch {
    return undefined;
  }
}

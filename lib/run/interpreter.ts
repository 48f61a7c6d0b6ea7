/**
 * The program that a script names in its first line.
 *
 * @module
 */
import { closeSync, constants, existsSync, openSync, readSync } from "node:fs";
import { quoted } from "../base/printable.ts";

/** Shells look at this part of a file to tell a script from a binary. */
const BINARY_BYTES = 128;
/** Linux looks for the interpreter in this part. */
const INTERPRETER_BYTES = 256;

/** The first bytes of a file, at most `size`. */
export function firstBytes(path: string, size = BINARY_BYTES): Uint8Array {
  const start = new Uint8Array(size);
  const file = openSync(path, constants.O_RDONLY);
  try {
    return start.subarray(0, readSync(file, start));
  } finally {
    closeSync(file);
  }
}

/** What is wrong with the interpreter of the script `path`; undefined if it names one that exists, or none. */
export function interpreterFault(path: string): string | undefined {
  try {
    const named = /^#![ \t]*([^ \t\n\0]+)/.exec(
      Buffer.from(firstBytes(path, INTERPRETER_BYTES)).toString("latin1"),
    )?.[1];
    if (named === undefined || existsSync(named)) return undefined;
    return named.endsWith("\r")
      ? "its lines end in CR LF, so its interpreter is not found"
      : `its interpreter ${quoted(named)} does not exist`;
  } catch {
    return undefined;
  }
}

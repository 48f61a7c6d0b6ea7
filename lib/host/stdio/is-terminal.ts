/**
 * Whether a person sees what is written.
 *
 * @module
 */
import { fstatSync } from "node:fs";

/**
 * True if the descriptor is a terminal. Loads nothing for a pipe or a file: creating `process.stdout`
 * takes three times as long as the rest of the start of a program.
 */
export const isTerminalAt = (fd: number): boolean =>
  isDevice(fd) && process.getBuiltinModule("node:tty").isatty(fd);

function isDevice(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return false;
  }
}

/**
 * Waits for ended children that Bun did not start.
 *
 * @module
 */
import { loadFunctions } from "./ffi.ts";

const WNOHANG = 1;

/**
 * Loads a function that reads and discards the exit status of an ended child, so that it is no longer
 * a zombie. Undefined where that is impossible.
 */
export function loadReaper(): ((pid: number) => void) | undefined {
  const libc = loadFunctions({ waitpid: { args: ["i32", "buffer", "i32"], returns: "i32" } });
  return libc && ((pid) => void libc.waitpid(pid, new Int32Array(1), WNOHANG));
}

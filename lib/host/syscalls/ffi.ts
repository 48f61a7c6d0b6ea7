/**
 * Functions of the C library for the rare cases in which node:fs and Bun lack one.
 *
 * @module
 */
import type { FFIFunction, Library } from "bun:ffi";

/** Loaded where it is needed: Node has no such module. */
export const loadFfi = () =>
  process.getBuiltinModule?.("bun:ffi") as typeof import("bun:ffi") | undefined;

/** glibc is loaded already under this name, and musl takes it for its own: no file is searched for. */
const LIBRARY = "libc.so.6";

/**
 * Loads functions of the C library. Undefined where that is impossible: under Node, and without a
 * just-in-time compiler (systemd's MemoryDenyWriteExecute).
 */
export function loadFunctions<Symbols extends Record<string, FFIFunction>>(
  symbols: Symbols,
): Library<Symbols>["symbols"] | undefined {
  try {
    return loadFfi()?.dlopen(LIBRARY, symbols).symbols;
  } catch {
    return undefined;
  }
}

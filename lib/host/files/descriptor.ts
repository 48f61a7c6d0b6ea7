/**
 * Open files that `using` closes.
 *
 * @module
 */
import { closeSync, openSync } from "node:fs";

export interface Descriptor extends Disposable {
  readonly fd: number;
}

/** Closes `fd` at the end of the scope. */
export const closing = (fd: number): Descriptor => ({
  fd,
  [Symbol.dispose]: () => closeSync(fd),
});

/**
 * Opens a file until the end of the scope.
 *
 * @throws the system's error.
 */
export const openFile = (path: string, flags: number): Descriptor => closing(openSync(path, flags));

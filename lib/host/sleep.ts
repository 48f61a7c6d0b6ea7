/**
 * Synchronous sleep that works in Bun and in Node.
 *
 * @module
 */

const NEVER_CHANGED = new Int32Array(new SharedArrayBuffer(4));

/** Blocks the thread, event loop included. */
export const sleepSync = (ms: number): void => void Atomics.wait(NEVER_CHANGED, 0, 0, ms);

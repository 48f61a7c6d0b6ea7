/**
 * Waiting, in the way that Bun and Node have in common.
 *
 * @module
 */

const STILL = new Int32Array(new SharedArrayBuffer(4));

/** Does nothing for so long, and lets nothing else be done. */
export const pause = (ms: number): void => void Atomics.wait(STILL, 0, 0, ms);

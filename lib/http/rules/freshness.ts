/**
 * How long a scan and an event stream count as fresh, for the endpoint and for its page.
 *
 * Imports nothing, so that the page carries these lines and no schema.
 *
 * @module
 */

/** A scan is fresh for this many scan intervals. */
export const FRESH_INTERVALS = 3;

/** True if a scan of this age is fresh, where a scan is due every `intervalMs`. */
export const isScanFresh = (ageMs: number, intervalMs: number): boolean =>
  ageMs <= FRESH_INTERVALS * intervalMs;

/** How often the server sends a comment, so that a quiet stream differs from a dead one. */
export const KEEPALIVE_MS = 5000;

/** A stream that is silent for longer is dead: it has missed two comments. */
export const STREAM_SILENCE_MS = 12_000;

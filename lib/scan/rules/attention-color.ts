/**
 * The colors of a terminal by attention.
 *
 * @module
 */

/** Red, yellow, cyan; green for a cell that needs none. */
export const ATTENTION_COLORS = { critical: 31, warning: 33, note: 36, none: 32 } as const;

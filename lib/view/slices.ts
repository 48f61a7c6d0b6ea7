/**
 * Work on all cells of a report, in slices: between two slices other requests are answered, so that a
 * probe never waits for 100,000 cells.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */

/** The cells of a slice that are read: 5 to 20 µs each. */
export const SLICE_CELLS = 128;
/** The cells of a slice of which only a mark or a reference is looked at. */
export const SLICE_LOOKS = 64 * SLICE_CELLS;

/** Waits for the next turn of the event loop. */
export type Pause = () => Promise<void>;

const waiting: (() => void)[] = [];

/** Waits for a turn in which nobody else who waits here goes on: the slices of many clients do not add up. */
export const nextTurn: Pause = () =>
  new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(resumeOne);
  });

function resumeOne(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(resumeOne);
}

/**
 * Waits for the next turn, even if others do too: for the one producer of the reports, which each reader
 * in the queue of `nextTurn` would delay at each of its slices.
 */
export const producerTurn: Pause = () => new Promise((resolve) => void setImmediate(resolve));

/** Calls `work` with each slice of `count` items, `to` excluded, and pauses between two. */
export async function inSlices(
  count: number,
  work: (from: number, to: number) => void,
  pause: Pause = nextTurn,
): Promise<void> {
  for (let from = 0; from < count; from += SLICE_CELLS) {
    if (from > 0) await pause();
    work(from, Math.min(from + SLICE_CELLS, count));
  }
}

/** Calls `step` until it returns true, and pauses between two calls. */
export async function inSteps(step: () => boolean, pause: Pause = nextTurn): Promise<void> {
  while (!step()) await pause();
}

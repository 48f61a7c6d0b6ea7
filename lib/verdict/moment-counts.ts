/**
 * How many cells may have fallen silent at a moment, and how many have beaten since.
 *
 * @module
 */

/** A cell whose beat was due and did not come: it fell silent between `fromMs` and `toMs`. */
export interface Silence {
  readonly id: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly dueMs: number;
  /** When it passed its limit; infinite if it has not. */
  readonly staleMs: number;
  readonly isSingle: boolean;
}

export interface MomentCounts {
  /** Cells that may have fallen silent at the moment. */
  readonly silent: number;
  readonly stale: number;
  readonly single: number;
  /** These, and the cells that have beaten since. */
  readonly due: number;
}

/** Counts for any moment, each in logarithmic time: a root may hold ten thousand silent cells. */
export function momentCounts(
  lastBeats: readonly number[],
  silences: readonly Silence[],
): (momentMs: number) => MomentCounts {
  const beats = ascending(lastBeats);
  const silent = coverCount(silences);
  const stale = coverCount(silences.filter(({ staleMs }) => staleMs < Infinity));
  const single = coverCount(silences.filter(({ isSingle }) => isSingle));
  return (moment) => ({
    silent: silent(moment),
    stale: stale(moment),
    single: single(moment),
    due: silent(moment) + beats.length - countUpTo(beats, moment),
  });
}

/** Returns a function that counts the silences that may have begun at a moment. */
function coverCount(silences: readonly Silence[]): (momentMs: number) => number {
  const starts = ascending(silences.map(({ fromMs }) => fromMs));
  const ends = ascending(silences.map(({ toMs }) => toMs));
  return (moment) => countUpTo(starts, moment) - countUpTo(ends, moment - 1);
}

export const ascending = (values: readonly number[]): Float64Array =>
  Float64Array.from(values).toSorted();

/** The number of values up to and including `limit`. */
function countUpTo(values: Float64Array, limit: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? Number.NaN) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

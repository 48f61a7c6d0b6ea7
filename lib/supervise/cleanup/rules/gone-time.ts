/**
 * How long cells and roots have been gone. Only time that a daemon has observed counts: neither
 * setting the clock nor time without a daemon adds to it.
 *
 * @module
 */

/** Seconds for which each id, or name of a root, has been gone. */
export type GoneSeconds = Readonly<Record<string, number>>;

/**
 * Adds `seconds` to each of the `known` ids that was never `present` in that time. Ids that were
 * present, or are no longer known, are dropped.
 */
export const addGoneTime = (
  before: GoneSeconds,
  known: readonly string[],
  present: Pick<ReadonlySet<string>, "has">,
  seconds: number,
): GoneSeconds =>
  Object.fromEntries(
    known
      .filter((id) => !present.has(id))
      .map((id) => [id, (Object.hasOwn(before, id) ? (before[id] ?? 0) : 0) + seconds]),
  );

/** The ids that have been gone for at least `days`. */
export const goneForDays = (gone: GoneSeconds, days: number): string[] =>
  Object.keys(gone).filter((id) => (gone[id] ?? 0) >= 86_400 * days);

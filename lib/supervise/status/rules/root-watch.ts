/**
 * Whether a root is still the one that a daemon started with.
 *
 * @module
 */

/** An operator's confirmation that the directory at the root's path is the right one. */
export interface RootAcceptance {
  /** When it was given, which distinguishes it from an earlier one. */
  readonly at: string;
  /** The directory that was there then. */
  readonly identity: string;
}

export interface RootFacts {
  /** Identifies the directory at the root's path. */
  readonly identity: string;
  /** The cells in it, such as the keys of a map. */
  readonly ids: ReadonlySetLike<string>;
  /** At least one of them is expected to beat. */
  readonly expectsBeats: boolean;
  /** The last acceptance by an operator, if there is one. */
  readonly acceptance: RootAcceptance | undefined;
}

/** The accepted root as it was last seen, and whether it has been replaced. */
export interface RootWatch extends RootFacts {
  /** Why the directory that is there now counts as another one; undefined if it does not. */
  readonly replacement: string | undefined;
}

/** If at least this number of cells vanishes at once, the root counts as replaced. */
const MIN_VANISHED_CELLS = 2;

/** Compares the root with the accepted one. The first one, and any after an empty one, is accepted. */
export function watchRoot(before: RootWatch | undefined, now: RootFacts): RootWatch {
  if (before === undefined || isAccepted(before, now)) return { ...now, replacement: undefined };
  const replacement = replacementOf(before, now);
  return replacement === undefined
    ? { ...now, replacement }
    : { ...before, acceptance: now.acceptance, replacement };
}

const isAccepted = (before: RootWatch, { identity, acceptance }: RootFacts): boolean =>
  acceptance !== undefined &&
  acceptance.at !== before.acceptance?.at &&
  acceptance.identity === identity;

function replacementOf(before: RootWatch, now: RootFacts): string | undefined {
  if (before.ids.size === 0) return undefined;
  if (now.identity !== before.identity) return "another directory is at the path of the root";
  const areGone = before.ids.size >= MIN_VANISHED_CELLS && areDisjoint(before.ids, now.ids);
  if (!areGone || !before.expectsBeats) return undefined;
  return `all ${before.ids.size} cells that were in the root vanished at once`;
}

/** Ends at the first id in both: nearly always the first of all. */
function areDisjoint(before: RootFacts["ids"], now: RootFacts["ids"]): boolean {
  const ids = before.keys();
  for (let next = ids.next(); next.done !== true; next = ids.next())
    if (now.has(next.value)) return false;
  return true;
}

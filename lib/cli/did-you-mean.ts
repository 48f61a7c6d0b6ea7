/**
 * Guessing which word was meant by one that was mistyped.
 *
 * @module
 */

/** The hint `did you mean …?` for a mistyped word; undefined if no candidate is close. */
export function suggestion(word: string, candidates: readonly string[]): string | undefined {
  const meant = closest(word, candidates);
  return meant === undefined ? undefined : `did you mean ${meant}?`;
}

/** `hint` after the guess of what a mistyped word means, if a candidate is close. */
export function withGuess(hint: string, word: string, candidates: readonly string[]): string {
  const guess = suggestion(word, candidates);
  return guess === undefined ? hint : `${guess} ${hint}`;
}

/**
 * The candidate that `word` begins, or that it differs from least: by one character in a short
 * word, by a third of them in a long one. A candidate may start with `--`; the dashes do not count.
 */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const typed = bare(word).slice(0, 40);
  const limit = Math.max(1, Math.floor(typed.length / 3));
  const [best] = candidates
    .map((name) => ({ name, distance: distanceTo(typed, bare(name)) }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((a, b) => a.distance - b.distance);
  return best?.name;
}

const bare = (word: string): string => word.toLowerCase().replace(/^-+/, "").replaceAll("_", "-");

/** A word of three characters or more that begins another counts as one mistake. */
const distanceTo = (typed: string, name: string): number =>
  typed.length >= 3 && name.startsWith(typed) ? Number(name !== typed) : editDistance(typed, name);

/** The least number of insertions, deletions, replacements and swaps of neighbours from `a` to `b`. */
function editDistance(a: string, b: string): number {
  let [earlier, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (row[j - 1] ?? 0) + 1,
        (last[j] ?? 0) + 1,
        (last[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1]),
        isSwap ? (earlier[j - 2] ?? 0) + 1 : Infinity,
      );
    }
    [earlier, last] = [last, row];
  }
  return last[b.length] ?? Infinity;
}

/**
 * Results that several clients share for a moment, so that many requests cost as much as one.
 *
 * @module
 */

interface RecentResults<T> {
  /** The result for `key`; calls `find` unless one is on its way, or was found a moment ago. */
  get(key: string, find: () => Promise<T>): Promise<T>;
  /** The next `get` of each key finds its result anew. */
  forget(): void;
}

/** Creates an empty collection, which keeps each result for `keepMs` milliseconds. */
export function createRecentResults<T>(keepMs: number): RecentResults<T> {
  const recent = new Map<string, Promise<T>>();

  function add(key: string, result: Promise<T>): Promise<T> {
    recent.set(key, result);
    const drop = () => void (recent.get(key) === result && recent.delete(key));
    // One that failed is not kept.
    result.then(() => setTimeout(drop, keepMs).unref(), drop);
    return result;
  }

  return {
    get: (key, find) => recent.get(key) ?? add(key, find()),
    forget: () => recent.clear(),
  };
}

/**
 * Results that must not be waited for too long.
 *
 * @module
 */

/** The result; `otherwise` if it takes longer than `ms` milliseconds. */
export async function withDeadline<T>(result: Promise<T>, ms: number, otherwise: T): Promise<T> {
  const { promise: late, resolve } = Promise.withResolvers<T>();
  const timer = setTimeout(() => resolve(otherwise), ms);
  return Promise.race([result, late]).finally(() => clearTimeout(timer));
}

/**
 * Graceful shutdown.
 *
 * @module
 */

/** Resolves at the first SIGTERM or SIGINT, which then does not kill the process. */
export function waitForStopSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  return promise;
}

/**
 * Being told to stop.
 *
 * @module
 */

/** Waits for the first SIGTERM or SIGINT, which then does not end the process by itself. */
export function stopSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  return promise;
}

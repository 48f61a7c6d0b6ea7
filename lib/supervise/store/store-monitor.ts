/**
 * Detects that the store is lost, and that it is back: without it, a daemon cannot read its orders.
 *
 * @module
 */
import type { Event } from "../../contract/event.ts";
import type { Store } from "./store.ts";
import type { ErrorReporter } from "./error-reporter.ts";

export interface StoreMonitor {
  /** Checks the store; returns an event when it was lost or came back since the last check. */
  check(now: Date): Event | undefined;
  /** The result of the last check. */
  isLost(): boolean;
}

/** Starts with a store that is complete. */
export function monitorStore(store: Store, errors: ErrorReporter): StoreMonitor {
  let isLost = false;
  return {
    isLost: () => isLost,
    check(now) {
      const wasLost = isLost;
      isLost = !errors.succeeds("the store", () => store.check());
      if (isLost === wasLost) return undefined;
      const event = isLost ? "state-lost" : "state-back";
      return { schema_version: 1, at: now.toISOString(), event };
    },
  };
}

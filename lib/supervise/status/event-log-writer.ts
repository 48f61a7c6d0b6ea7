/**
 * Writes a daemon's events to the event log, and keeps those that cannot be written now.
 *
 * @module
 */
import type { Event } from "../../contract/event.ts";
import { queueStderr } from "../../host/stdio/async-stderr.ts";
import type { ErrorReporter } from "../store/error-reporter.ts";
import type { Store } from "../store/store.ts";
import type { StoreMonitor } from "../store/store-monitor.ts";
import { appendEvents } from "./event-log.ts";

/** Events kept for a log that cannot be written: then the oldest beyond that number are dropped. */
const MAX_UNWRITTEN_EVENTS = 10_000;

interface LogPlace {
  readonly store: Store;
  readonly monitor: StoreMonitor;
  readonly errors: ErrorReporter;
}

/**
 * Creates a function that appends events to the log, after those that could not be written before. To a
 * store that is lost it writes nothing. Errors are reported; events that are dropped are counted on stderr.
 */
export function eventLogWriter(place: LogPlace): (events: readonly Event[]) => void {
  const { store, monitor, errors } = place;
  let unwritten: readonly Event[] = [];
  return (events) => {
    unwritten = [...unwritten, ...events];
    if (unwritten.length === 0) return;
    const isWritten =
      !monitor.isLost() && errors.succeeds("the event log", () => appendEvents(store, unwritten));
    unwritten = isWritten ? [] : newestOf(unwritten);
  };
}

function newestOf(events: readonly Event[]): readonly Event[] {
  const excess = events.length - MAX_UNWRITTEN_EVENTS;
  if (excess <= 0) return events;
  queueStderr(
    `supervise: the event log will lack ${excess} events: it has been impossible to write for too long\n`,
  );
  return events.slice(excess);
}

/**
 * Events from outside the scan, such as the end of an attempt. They wait in memory.json until a round
 * dispatches them, so that a daemon that is killed meanwhile loses none.
 *
 * @module
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../contract/event.ts";
import { OperatorError } from "../../base/errors.ts";
import { errnoOf } from "../../host/errno.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { loggedIds } from "./read-events.ts";
import type { QueuedEvent } from "./memory-file.ts";
import type { StatusMemory } from "./status-memory.ts";

/** Events, and the record of what they tell. */
export interface RecordedEvents {
  readonly events: readonly Event[];
  /** The path of the record in the store. */
  readonly record: string;
  /** Writes the record. */
  readonly write: () => void;
}

export interface EventQueue {
  /** Appends events. */
  add(events: readonly Event[]): void;
  /**
   * Appends events together with their record: they are on disk first. Where a daemon is killed before
   * the record is written, they do not count, and the next one finds them anew.
   *
   * @throws {OperatorError} when the events or the record cannot be written; nothing is appended then.
   */
  addRecorded(recorded: RecordedEvents): void;
  /** Empties the queue. The next `save` of the memory must hold the messages about these events. */
  take(): Event[];
  waiting(): readonly QueuedEvent[];
  /** True for an event that an earlier daemon took to the log, and no further. */
  isLogged(event: Event): boolean;
}

/**
 * Keeps the events that wait.
 *
 * @throws {OperatorError} when that is impossible.
 */
type Save = (waiting: readonly QueuedEvent[]) => void;

/** Starts with the events that an earlier daemon left; `trySave` reports what `save` throws. */
export function openEventQueue(
  { store, memory }: { readonly store: StorePaths; readonly memory: StatusMemory },
  { save, trySave }: { readonly save: Save; readonly trySave: Save },
): EventQueue {
  let waiting = memory.queued.filter(({ record }) => isWritten(store, record));
  const logged = loggedOf(store, waiting.map(idOf));
  memory.noteNotified(waiting.map(({ event }) => event));

  /** What waits with these events too. An event gets its id here, which it keeps after a crash. */
  function extended(events: readonly Event[], record?: string): readonly QueuedEvent[] {
    memory.noteNotified(events);
    const added = events.map((event) => ({ event: { id: Bun.randomUUIDv7(), ...event }, record }));
    return [...waiting, ...added];
  }

  return {
    add(events) {
      if (events.length === 0) return;
      waiting = [...extended(events)];
      trySave(waiting);
    },
    addRecorded({ events, record, write }) {
      const next = extended(events, record);
      save(next);
      write();
      waiting = [...next];
    },
    take() {
      const events = waiting.map(({ event }) => event);
      waiting = [];
      return events;
    },
    waiting: () => waiting,
    isLogged: ({ id = "" }) => logged.has(id),
  };
}

const idOf = ({ event }: QueuedEvent): string => event.id ?? "";

/** False only where it is certain that there is no such record. */
function isWritten({ storeDir }: StorePaths, record: string | undefined): boolean {
  if (record === undefined) return true;
  try {
    return statSync(join(storeDir, record), { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (errnoOf(error) !== undefined) return true;
    throw error;
  }
}

/** Those of the events that are in the log; none where it cannot be read: twice is better than never. */
function loggedOf(store: StorePaths, ids: readonly string[]): ReadonlySet<string> {
  try {
    return loggedIds(store, new Set(ids));
  } catch (error) {
    if (error instanceof OperatorError) return new Set();
    throw error;
  }
}

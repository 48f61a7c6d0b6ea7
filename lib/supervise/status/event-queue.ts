/**
 * Events from outside the scan, such as the end of an attempt. They wait in memory.json until a round
 * dispatches them, so that a daemon that is killed meanwhile loses none.
 *
 * @module
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../contract/event.ts";
import { errnoOf } from "../../host/errno.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { lastEventsAbout } from "./read-events.ts";
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
   * @throws {OperatorError} when the record cannot be written; nothing is appended then.
   */
  addRecorded(recorded: RecordedEvents): void;
  /** Empties the queue. The next `save` of the memory must hold the messages about these events. */
  take(): Event[];
  waiting(): readonly QueuedEvent[];
  /** True for an event that an earlier daemon took to the log, and no further. */
  isLogged(event: Event): boolean;
}

/** Starts with the events that an earlier daemon left; `save` keeps those that wait. */
export function openEventQueue(
  { store, memory }: { readonly store: StorePaths; readonly memory: StatusMemory },
  save: (waiting: readonly QueuedEvent[]) => void,
): EventQueue {
  let waiting = memory.queued.filter(({ record }) => isWritten(store, record));
  const logged = new Set(waiting.filter(({ event }) => isInLog(store, event)).map(idOf));
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
      save(waiting);
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

const isInLog = (store: StorePaths, { mission_id, id }: Event): boolean =>
  mission_id !== undefined &&
  lastEventsAbout(store, mission_id, 1, (event) => event.id === id).length > 0;

/**
 * Records on disk which messages of a route were taken or refused, in order, and later if that is not
 * possible at once: a restart would send them again, and give their numbers to others.
 *
 * @module
 */
import type { StorePaths } from "../../host/files/state-dir.ts";
import type { ErrorReporter } from "../store/error-reporter.ts";
import type { Message } from "../../contract/event.ts";
import { markEnded, type MessageEnd, saveEnded } from "./outbox.ts";

interface EndedMessage {
  readonly sequence: number;
  /** Undefined for one on disk. */
  readonly message?: Message | undefined;
  readonly end: MessageEnd;
}

export interface EndRecorder {
  /** Records the end of a message; of one in memory with the next `record`. */
  add(ended: EndedMessage): void;
  /** Records what could not be recorded before. */
  record(): void;
}

/** Starts with nothing to record. */
export function endRecorder({
  store,
  errors,
  route,
}: {
  readonly store: StorePaths;
  readonly errors: ErrorReporter;
  readonly route: string;
}): EndRecorder {
  let pending: EndedMessage[] = [];
  const task = `the record of what the receiver of ${route} took`;

  function record(): void {
    for (let [next] = pending; next !== undefined; [next] = pending) {
      const { message, sequence, end } = next;
      const mark = () =>
        message === undefined
          ? markEnded(store, { route, sequence, end })
          : saveEnded(store, message, end);
      if (!errors.succeeds(task, mark)) return;
      pending.shift();
    }
  }

  return {
    record,
    add(ended) {
      const isInMemory = ended.message !== undefined;
      // The last one of memory replaces those before it, so that a full disk does not fill the memory.
      if (isInMemory) pending = pending.filter((each) => !isReplaced(each, ended));
      pending.push(ended);
      // Where one could not be written, the disk is full or the store is lost.
      if (!isInMemory) record();
    },
  };
}

const isReplaced = ({ message, end }: EndedMessage, by: EndedMessage): boolean =>
  message !== undefined && end === by.end;

/**
 * The messages that wait for one receiver, in order. They are kept on disk, and in memory while
 * they cannot be written there: a full disk must not keep its own notification.
 *
 * @module
 */
import type { Message } from "../../contract/event.ts";
import { queueStderr } from "../../host/stdio/async-stderr.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import type { ErrorReporter } from "../store/error-reporter.ts";
import { endRecorder } from "./end-recorder.ts";
import { dropMessage, type MessageEnd, messageText, readWaiting, saveMessage } from "./outbox.ts";
import { openOutbox, type Waiting } from "./open-outbox.ts";

/** Messages that wait for one receiver; beyond that, the oldest is dropped. */
const MAX_WAITING = 1000;
/** The same for messages in memory. */
const MAX_UNSAVED = 100;

export interface RouteQueue {
  readonly route: string;
  /** Appends the message that `build` makes of its number and the number of dropped ones. */
  add(build: (sequence: number, dropped: number) => Message): void;
  /** Messages that are not on disk yet; number 0 until the outbox could be read. */
  unsaved(): readonly Message[];
  /** Writes them, and what could not be written before. */
  save(): void;
  /** The text of the oldest message; undefined when none waits, or it cannot be read now. */
  first(): string | undefined;
  /** Removes the oldest message: its receiver took it, or refused it for good. */
  remove(end: MessageEnd): void;
  /** The number of messages that wait. */
  size(): number;
}

export interface QueueContext {
  readonly store: StorePaths;
  readonly errors: ErrorReporter;
}

/** Opens the queue of a route; `unsent` are messages of memory.json that may not be in the outbox. */
export function openRouteQueue(
  { store, errors }: QueueContext,
  route: string,
  unsent: readonly Message[],
): RouteQueue {
  const task = `the outbox of notifications to ${route}`;
  const ends = endRecorder({ store, errors, route });
  let waiting: Waiting[] = unsent.map((message) => ({ sequence: message.sequence, message }));
  /** The highest number that was given; undefined until the outbox could be read. */
  let last: number | undefined;
  open();

  /** Reads the outbox, if that was not possible before; its messages go first. */
  function open(): void {
    if (last !== undefined) return;
    const unsaved = waiting.flatMap(({ message }) => message ?? []);
    const found = errors.guard(task, () => openOutbox(store, route, unsaved));
    if (found !== undefined) ({ waiting, last } = found);
  }

  /** Drops the oldest of those that `isToDrop` names, but not the first: it may be on its way. */
  function dropOldest(isToDrop: (each: Waiting) => boolean): number {
    const index = waiting.findIndex((each, n) => n > 0 && isToDrop(each));
    const [oldest] = index === -1 ? [] : waiting.splice(index, 1);
    if (oldest === undefined) return 0;
    if (oldest.message === undefined)
      errors.guard(task, () => dropMessage(store, route, oldest.sequence));
    queueStderr(`supervise: notify: ${route}: too many messages wait; dropped the oldest\n`);
    return 1;
  }

  /** Makes room for one more; returns how many were dropped. */
  function makeRoom(): number {
    const ofAll = waiting.length >= MAX_WAITING ? dropOldest(() => true) : 0;
    const isFull = unsaved().length >= MAX_UNSAVED;
    return ofAll + (isFull ? dropOldest(({ message }) => message !== undefined) : 0);
  }

  const unsaved = () => waiting.flatMap(({ message }) => message ?? []);

  return {
    route,
    unsaved,
    size: () => waiting.length,
    add(build) {
      const dropped = makeRoom();
      if (last !== undefined) last += 1;
      const message = build(last ?? 0, dropped);
      waiting.push({ sequence: message.sequence, message });
    },
    save() {
      open();
      if (last === undefined) return;
      ends.record();
      for (const each of waiting) {
        const { message } = each;
        if (message === undefined) continue;
        if (!errors.succeeds(task, () => saveMessage(store, message))) return;
        each.message = undefined;
      }
    },
    first() {
      // Older ones, which go first, may be in an outbox that could not be read yet.
      if (last === undefined) return undefined;
      for (let [next] = waiting; next !== undefined; [next] = waiting) {
        const { sequence, message } = next;
        if (message !== undefined) return messageText(message);
        const found = errors.guard(task, () => ({ text: readWaiting(store, route, sequence) }));
        if (found === undefined) return undefined;
        if (found.text !== undefined) return found.text;
        waiting.shift();
        queueStderr(
          `supervise: notify: ${route}: message ${sequence} is damaged or gone; left it out\n`,
        );
      }
      return undefined;
    },
    remove(end) {
      const first = waiting.shift();
      if (first !== undefined) ends.add({ ...first, end });
    },
  };
}

/**
 * What waits for a route: the messages of its outbox, and those that only memory.json or a daemon's
 * memory has.
 *
 * @module
 */
import type { Message } from "../../contract/event.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { checkPresent, lastEnded, readWaiting, messageIn, waitingMessages } from "./outbox.ts";

export interface Waiting {
  readonly sequence: number;
  /** Undefined for one on disk. */
  message?: Message | undefined;
}

/** True for a message that came while the outbox could not be read: it has no number yet. */
const isUnnumbered = ({ sequence }: { readonly sequence: number }): boolean => sequence === 0;

/**
 * Puts the messages of the outbox before the `unsaved` ones that are not among them; returns all, and
 * the highest number that was given.
 *
 * @throws {OperatorError} when the outbox cannot be read now.
 */
export function openOutbox(
  store: StorePaths,
  route: string,
  unsaved: readonly Message[],
): { readonly waiting: Waiting[]; readonly last: number } {
  // An empty mount point has no store: what waits is then not known.
  checkPresent(store.storeDir);
  const sequences = waitingMessages(store, route);
  const ended = (["delivered", "refused"] as const).flatMap(
    (end) => lastEnded(store, route, end) ?? [],
  );
  const waiting: Waiting[] = sequences.map((sequence) => ({ sequence }));
  let last = Math.max(0, ...sequences, ...ended.map(({ sequence }) => sequence));
  const highest = last;
  const ids = unsaved.some(isUnnumbered)
    ? [...ended, ...sequences.flatMap(read)].map(({ id }) => id)
    : [];
  for (const message of unsaved) {
    // What has a number is saved in order: each up to the highest on disk is saved, or has ended.
    const isSaved = isUnnumbered(message) ? ids.includes(message.id) : message.sequence <= highest;
    if (isSaved) continue;
    last = Math.max(last + 1, message.sequence);
    waiting.push({ sequence: last, message: { ...message, sequence: last } });
  }
  return { waiting, last };

  function read(sequence: number): readonly Message[] {
    const message = messageIn(readWaiting(store, route, sequence));
    return message === undefined ? [] : [message];
  }
}

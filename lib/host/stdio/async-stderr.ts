/**
 * Non-blocking stderr for daemons: a stalled reader, such as a logger whose disk is full, must not
 * block rounds or signals.
 *
 * @module
 */
import { writeAsync } from "./write.ts";

/** Later lines are dropped: the oldest ones show the cause. */
const MAX_QUEUED_LINES = 1000;
const RETRY_MS = 100;
/** How long a stalled reader may delay the end of a program. */
const FLUSH_MS = 500;

const queue: string[] = [];
let isWriting = false;
let written: Promise<void> = Promise.resolve();

/** Queues a text for stderr, which a thread writes in order. */
export function queueStderr(text: string): void {
  if (queue.length >= MAX_QUEUED_LINES) return;
  queue.push(text);
  if (!isWriting) written = writeQueue();
}

/** Waits until the queue is written, but at most `ms` milliseconds. */
export const flushStderr = (ms = FLUSH_MS): Promise<void> => Promise.race([written, Bun.sleep(ms)]);

async function writeQueue(): Promise<void> {
  isWriting = true;
  for (let text = queue.shift(); text !== undefined; text = queue.shift())
    for (let rest = Buffer.from(text); rest.length > 0;)
      rest = rest.subarray(await writeSome(rest));
  isWriting = false;
}

/** Writes some bytes, and returns the number; drops all after an error, such as a closed pipe. */
const writeSome = (bytes: Uint8Array): Promise<number> =>
  writeAsync(2, bytes, RETRY_MS).catch(() => bytes.length);

/**
 * Non-blocking stderr for daemons: a stalled reader, such as a logger whose disk is full, must not
 * block rounds or signals.
 *
 * @module
 */
import { writeAsync } from "./write.ts";

/** In UTF-16 units. The first round of a large root says some ten thousand lines at once. */
const MAX_QUEUED_LENGTH = 16 * 1024 * 1024;
const RETRY_MS = 100;
/** How long a stalled reader may delay the end of a program. */
const FLUSH_MS = 500;

let queue: string[] = [];
let queuedLength = 0;
let dropped = 0;
let isWriting = false;
let written: Promise<void> = Promise.resolve();

/**
 * Queues a text for stderr, which a thread writes in order. While too much is queued, texts are dropped:
 * the oldest ones show the cause. Their number is written in their place.
 */
export function queueStderr(text: string): void {
  if (queuedLength + text.length > MAX_QUEUED_LENGTH) {
    dropped += 1;
    return;
  }
  queue.push(text);
  queuedLength += text.length;
  if (!isWriting) written = writeQueue();
}

/** Waits until the queue is written, but at most `ms` milliseconds. */
export const flushStderr = (ms = FLUSH_MS): Promise<void> => Promise.race([written, Bun.sleep(ms)]);

async function writeQueue(): Promise<void> {
  isWriting = true;
  while (queue.length > 0) for (const text of takeQueue()) await writeWhole(text);
  isWriting = false;
}

/** Empties the queue; what is queued from now on follows the number of those that were dropped. */
function takeQueue(): readonly string[] {
  const taken = queue;
  if (dropped > 0)
    taken.push(`${dropped} messages are missing here: nothing read stderr for too long\n`);
  [queue, queuedLength, dropped] = [[], 0, 0];
  return taken;
}

async function writeWhole(text: string): Promise<void> {
  for (let rest = Buffer.from(text); rest.length > 0;) rest = rest.subarray(await writeSome(rest));
}

/** Writes some bytes, and returns the number; drops all after an error, such as a closed pipe. */
const writeSome = (bytes: Uint8Array): Promise<number> =>
  writeAsync(2, bytes, RETRY_MS).catch(() => bytes.length);

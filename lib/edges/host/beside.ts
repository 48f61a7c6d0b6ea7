/**
 * Words of a daemon for people, which hold up nothing: who reads its stderr may stand still, as a
 * logger does whose disk is full, and a write into a full pipe would stop its rounds and signals.
 *
 * @module
 */
import { writeLater } from "./write.ts";

/** More lines than these do not wait: who comes back reads the oldest, which began it. */
const MOST_WAITING = 1000;
const RETRY_MS = 100;

const waiting: string[] = [];
let isWriting = false;
let written: Promise<void> = Promise.resolve();

/** Writes words to stderr, one after the other, in a thread. */
export function tellBeside(text: string): void {
  if (waiting.length >= MOST_WAITING) return;
  waiting.push(text);
  if (!isWriting) written = writeWaiting();
}

/** Waits until all words are written, but not longer than `ms` milliseconds. */
export const allTold = (ms: number): Promise<void> => Promise.race([written, Bun.sleep(ms)]);

async function writeWaiting(): Promise<void> {
  isWriting = true;
  for (let text = waiting.shift(); text !== undefined; text = waiting.shift())
    for (let rest = Buffer.from(text); rest.length > 0;)
      rest = rest.subarray(await writeSome(rest));
  isWriting = false;
}

/** How many bytes were written, or are given up: nobody is left to read them. */
const writeSome = (bytes: Uint8Array): Promise<number> =>
  writeLater(2, bytes, RETRY_MS).catch(() => bytes.length);

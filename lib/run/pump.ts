/**
 * Copies bytes from a pipe without blocking the event loop.
 *
 * Bytes that are ready, or about to be, are moved synchronously; otherwise a thread waits for
 * them. A thread for every chunk would take twice as long.
 *
 * @module
 */
import { closeSync, constants, read, readSync, writeSync } from "node:fs";
import { errnoOf } from "../host/errno.ts";
import { reopenNonBlocking } from "../host/programs/pipe.ts";
import { writeAsync } from "../host/stdio/write.ts";

/** A pipe's default capacity on Linux. */
const CHUNK_BYTES = 65_536;
/** After this number of chunks the event loop runs, for signals and timers. */
const CHUNKS_PER_YIELD = 64;
/** Event-loop turns to poll before falling back to a blocking read in a thread. */
const POLL_TURNS = 10;
/** Delay before the next write to a full non-blocking descriptor. */
const RETRY_MS = 5;

/** Observes the bytes that are copied. */
export interface PumpObserver {
  /** True while the pipe is empty and everything read from it has been written. */
  isDry: boolean;
  /** Receives each chunk. */
  onChunk(bytes: Uint8Array): void;
  /**
   * Receives why the rest of a chunk could not be written. If it throws, copying ends, and the pipe is
   * closed; else it goes on.
   */
  onLost(error: unknown): void;
}

/**
 * Copies everything from the open pipe `from` to `to`, and shows it to `observer`.
 *
 * @throws the system's error when `from` cannot be read, and what `observer.onLost` throws.
 */
export async function pump(from: number, to: number, observer: PumpObserver): Promise<void> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  const nonBlockingFrom = reopenNonBlocking(from, constants.O_RDONLY);
  const nonBlockingTo = reopenNonBlocking(to, constants.O_WRONLY);
  try {
    for (let chunks = 1; ; chunks++) {
      let length =
        nonBlockingFrom === undefined ? undefined : await readSoon(nonBlockingFrom, buffer);
      observer.isDry = length === undefined;
      length ??= await readLater(from, buffer);
      observer.isDry = false;
      if (length === 0) return;
      observer.onChunk(buffer.subarray(0, length));
      await writeWhole(nonBlockingTo, to, buffer.subarray(0, length)).catch((error: unknown) =>
        observer.onLost(error),
      );
      if (chunks % CHUNKS_PER_YIELD === 0) await new Promise(setImmediate);
    }
  } finally {
    for (const fd of [from, nonBlockingFrom, nonBlockingTo]) if (fd !== undefined) closeSync(fd);
  }
}

/**
 * Reads what arrives within a few microseconds, because a writer on another core is often about
 * to write. Returns the length, 0 at the end of the pipe, undefined when nothing arrived.
 */
async function readSoon(fd: number, buffer: Uint8Array): Promise<number | undefined> {
  for (let polls = 0; polls < POLL_TURNS; polls++) {
    const length = unlessBusy(() => readSync(fd, buffer));
    if (length !== undefined) return length;
    await new Promise(setImmediate);
  }
  return undefined;
}

async function writeWhole(
  nonBlocking: number | undefined,
  fd: number,
  bytes: Uint8Array,
): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) {
    const written =
      nonBlocking === undefined ? undefined : unlessBusy(() => writeSync(nonBlocking, rest));
    rest = rest.subarray(written ?? (await writeAsync(fd, rest, RETRY_MS)));
  }
}

function unlessBusy(move: () => number): number | undefined {
  try {
    return move();
  } catch (error) {
    if (errnoOf(error) === "EAGAIN") return undefined;
    throw error;
  }
}

/** EIO is the end of a pseudo terminal. */
const readLater = (fd: number, buffer: Uint8Array): Promise<number> =>
  new Promise((resolve, reject) =>
    read(fd, buffer, 0, buffer.length, null, (error, length) => {
      if (error === null) resolve(length);
      else if (errnoOf(error) === "EIO") resolve(0);
      else reject(error);
    }),
  );

/**
 * Passing bytes on from a pipe, without holding up what else this process does.
 *
 * Where bytes are ready, or nearly, they are moved at once; where not, a thread waits for them.
 * With a thread for each piece it would take twice as long.
 *
 * @module
 */
import { closeSync, constants, fstatSync, openSync, read, readSync, writeSync } from "node:fs";
import { errnoOf } from "../host/errno.ts";
import { writeLater } from "../host/write.ts";

/** The most that a pipe holds. */
const CHUNK = 65_536;
/** After so many pieces it is the turn of signals and timers. */
const PIECES = 64;
/** So many turns of the event loop a pipe is looked at again before a thread waits for it. */
const TURNS = 10;
/** How long a descriptor that is full and does not wait is left alone. */
const RETRY_MS = 5;

/** Who looks on while bytes are passed on. */
export interface Onlooker {
  /** True while the pipe is empty, and all that came from it has been passed on. */
  isDry: boolean;
  /** Is shown each piece. */
  keep(bytes: Uint8Array): void;
}

/**
 * Passes on all that comes from the open pipe `from` to `to`, and shows it to `onlooker`. Where
 * `to` takes no more, the pipe is closed, so that who writes meets what it would have met there.
 *
 * @throws the system's error when `to` takes no more.
 */
export async function pump(from: number, to: number, onlooker: Onlooker): Promise<void> {
  const buffer = new Uint8Array(CHUNK);
  const ready = openAgain(from, constants.O_RDONLY);
  const open = openAgain(to, constants.O_WRONLY);
  try {
    for (let pieces = 1; ; pieces++) {
      let length = ready === undefined ? undefined : await readSoon(ready, buffer);
      onlooker.isDry = length === undefined;
      length ??= await readLater(from, buffer);
      onlooker.isDry = false;
      if (length === 0) return;
      onlooker.keep(buffer.subarray(0, length));
      await writeWhole(open, to, buffer.subarray(0, length));
      if (pieces % PIECES === 0) await new Promise(setImmediate);
    }
  } finally {
    for (const fd of [from, ready, open]) if (fd !== undefined) closeSync(fd);
  }
}

/**
 * A pipe opened once more, so that only this opening does not wait; undefined for what is no
 * pipe, or somebody else's.
 */
export function openAgain(fd: number, how: number): number | undefined {
  try {
    if (!fstatSync(fd).isFIFO()) return undefined;
    return openSync(`/proc/self/fd/${fd}`, how | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

/**
 * What comes within a few microseconds, for who writes on another core is often just about to:
 * how much, 0 at the end; undefined where nothing came.
 */
async function readSoon(fd: number, buffer: Uint8Array): Promise<number | undefined> {
  for (let turn = 0; turn < TURNS; turn++) {
    const length = unlessBusy(() => readSync(fd, buffer));
    if (length !== undefined) return length;
    await new Promise(setImmediate);
  }
  return undefined;
}

async function writeWhole(open: number | undefined, fd: number, bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) {
    const now = open === undefined ? undefined : unlessBusy(() => writeSync(open, rest));
    rest = rest.subarray(now ?? (await writeLater(fd, rest, RETRY_MS)));
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

const readLater = (fd: number, buffer: Uint8Array): Promise<number> =>
  new Promise((resolve, reject) =>
    read(fd, buffer, 0, buffer.length, null, (error, length) =>
      error === null ? resolve(length) : reject(error),
    ),
  );

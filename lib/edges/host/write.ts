/**
 * Writing to open files: a text whole, wherever it goes, or what a thread waits for.
 *
 * @module
 */
import { write, writeSync } from "node:fs";
import { errnoOf } from "./errno.ts";
import { pause } from "./pause.ts";

/** Text on its way out, so that a long one is not held a second time. */
const piece = new Uint8Array(256 * 1024);
const encoder = new TextEncoder();

/** Writes every byte of `text` to the open file `fd`, waiting where it is not ready. */
export function writeAll(fd: number, text: string): void {
  let rest = text;
  while (rest !== "") {
    const { read, written } = encoder.encodeInto(rest, piece);
    writeBytes(fd, piece.subarray(0, written));
    rest = rest.slice(read);
  }
}

function writeBytes(fd: number, bytes: Uint8Array): void {
  let rest = bytes;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if (errnoOf(error) !== "EAGAIN") throw error;
      pause(5);
    }
  }
}

/**
 * Writes some of `bytes` to the open file `fd`, and gives how many: a thread waits until it takes
 * them. Where the descriptor itself does not wait, 0 after `restMs` milliseconds: try again.
 *
 * @throws the system's error.
 */
export const writeLater = (fd: number, bytes: Uint8Array, restMs: number): Promise<number> =>
  new Promise((resolve, reject) =>
    write(fd, bytes, 0, bytes.length, null, (error, length) => {
      if (error === null) resolve(length);
      else if (errnoOf(error) === "EAGAIN") setTimeout(() => resolve(0), restMs);
      else reject(error);
    }),
  );

/**
 * Writing to open files: a complete text synchronously, or some bytes asynchronously.
 *
 * @module
 */
import { write, writeSync } from "node:fs";
import { errnoOf } from "../errno.ts";
import { sleepSync } from "../sleep.ts";

/** What a file gets: a text, or pieces that need not be in memory at the same time. */
export type FileContent = string | Iterable<string | Uint8Array>;

/** Encodes a long text in parts, so that it is not in memory twice. */
const buffer = new Uint8Array(256 * 1024);
const encoder = new TextEncoder();

/** Writes all of `content` to the open file `fd`, and waits while a non-blocking one is full. */
export function writeAll(fd: number, content: FileContent): void {
  if (typeof content === "string") return writeText(fd, content);
  for (const piece of content)
    if (typeof piece === "string") writeText(fd, piece);
    else writeBytes(fd, piece);
}

function writeText(fd: number, text: string): void {
  let rest = text;
  while (rest !== "") {
    const { read, written } = encoder.encodeInto(rest, buffer);
    writeBytes(fd, buffer.subarray(0, written));
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
      sleepSync(5);
    }
  }
}

/**
 * Writes some of `bytes` to the open file `fd` in a thread, and returns the number. If a
 * non-blocking file is full, returns 0 after `retryMs` milliseconds: try again.
 *
 * @throws the system's error.
 */
export const writeAsync = (fd: number, bytes: Uint8Array, retryMs: number): Promise<number> =>
  new Promise((resolve, reject) =>
    write(fd, bytes, 0, bytes.length, null, (error, length) => {
      if (error === null) resolve(length);
      else if (errnoOf(error) === "EAGAIN") setTimeout(() => resolve(0), retryMs);
      else reject(error);
    }),
  );

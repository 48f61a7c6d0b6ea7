/**
 * Writing a text whole, wherever it goes.
 *
 * @module
 */
import { writeSync } from "node:fs";
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

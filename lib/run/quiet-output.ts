/**
 * Keeps a command's output in memory, to print it only if the command fails.
 *
 * Very long output loses its middle: the first 4 MiB stay, and at least the last 4 MiB. It is never
 * on a disk, because programs print secrets.
 *
 * @module
 */
import { describeErrno, errnoOf } from "../host/errno.ts";
import { writeAsync } from "../host/stdio/write.ts";
import { warnOnStderr } from "./best-effort.ts";

const SEGMENT_BYTES = 4 * 1024 * 1024;
const FIRST_BYTES = 64 * 1024;
/** The most changes between stdout and stderr in a segment. */
const MAX_PARTS = 65_536;
const RETRY_MS = 5;

/** Bytes of both outputs in their order. */
class Segment {
  #buffer = new Uint8Array(FIRST_BYTES);
  #length = 0;
  readonly #parts: { readonly to: number; length: number }[] = [];

  /** False if it is full. */
  add(to: number, bytes: Uint8Array): boolean {
    const length = this.#length + bytes.length;
    if (length > SEGMENT_BYTES || this.#parts.length === MAX_PARTS) return false;
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.min(SEGMENT_BYTES, 2 * length));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
    const last = this.#parts.at(-1);
    if (last?.to === to) last.length += bytes.length;
    else this.#parts.push({ to, length: bytes.length });
    return true;
  }

  get length(): number {
    return this.#length;
  }

  async print(write: WriteTo): Promise<void> {
    let start = 0;
    for (const { to, length } of this.#parts) {
      await write(to, this.#buffer.subarray(start, start + length));
      start += length;
    }
  }
}

/** Writes bytes to a descriptor. */
type WriteTo = (fd: number, bytes: Uint8Array) => Promise<void>;

/** The output of one command. */
export class QuietOutput {
  readonly #head = new Segment();
  #tail: Segment[] = [];
  #dropped = 0;

  /** Keeps a chunk that was meant for the descriptor `to`. */
  add(to: number, bytes: Uint8Array): void {
    if (this.#tail.length === 0 && this.#head.add(to, bytes)) return;
    if (this.#tail.at(-1)?.add(to, bytes) === true) return;
    const next = new Segment();
    next.add(to, bytes);
    this.#tail.push(next);
    if (this.#tail.length > 2) this.#dropped += this.#tail.shift()?.length ?? 0;
  }

  /** Writes what is kept to the descriptors it was meant for, and reports how much is missing. */
  async print(): Promise<void> {
    const write = writerOfBoth();
    await this.#head.print(write);
    if (this.#dropped > 0) warnOnStderr(`${this.#dropped} bytes of the output are left out here`);
    for (const segment of this.#tail) await segment.print(write);
  }
}

/**
 * Writes to stdout and stderr. One that fails gets no more, and the other still does: stdout may be
 * a file on a full disk, while cron mails stderr.
 */
function writerOfBoth(): WriteTo {
  const failed = new Set<number>();
  return async (fd, bytes) => {
    if (failed.has(fd)) return;
    try {
      await writeWhole(fd, bytes);
    } catch (error) {
      failed.add(fd);
      if (errnoOf(error) !== "EPIPE")
        warnOnStderr(`Cannot print the output: ${describeErrno(error)}`);
    }
  };
}

async function writeWhole(fd: number, bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) rest = rest.subarray(await writeAsync(fd, rest, RETRY_MS));
}

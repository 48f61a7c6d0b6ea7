/**
 * The event that an agent CLI hands to its hook on stdin.
 *
 * @module
 */
import { read } from "node:fs";
import { outline } from "../../rules/outline.ts";
import { parseContract } from "../../rules/parse.ts";
import { valueOf } from "../../schemas/facts.ts";
import { HookEvent } from "../../schemas/hook.ts";
import { errnoOf } from "../host/errno.ts";

/** An agent may hand over a whole file that it writes, or a picture that it read. */
const LIMIT = 8 * 1024 * 1024;
/** What is too long is still read, for a caller may stumble over a pipe that is closed. */
const DRAINED = 64 * 1024 * 1024;
/** How long a text may be to be parsed as it is. */
const SHORT = 65_536;
/** An agent hands its event over at once. */
const PATIENCE_MS = 3000;
/** How long nothing must come for an object that is closed to be taken for all. */
const QUIET_MS = 30;
const RETRY_MS = 10;
const CLOSING = "}".charCodeAt(0);
const SPACE = " ".charCodeAt(0);

const buffer = new Uint8Array(65_536);

/**
 * Reads an event from stdin: all of it, or as much as is an event where the caller leaves
 * stdin open. Undefined when nothing came in 3 seconds that is one, or too much.
 */
export async function readEvent(): Promise<HookEvent | undefined> {
  const deadline = performance.now() + PATIENCE_MS;
  const came = new Came();
  let chunk = readChunk();
  for (;;) {
    const rest = deadline - performance.now();
    if (rest <= 0 || came.length > DRAINED) return came.event();
    const bytes = await within(came.mayBeAll() ? Math.min(rest, QUIET_MS) : rest, chunk);
    if (bytes !== undefined && bytes.length > 0) {
      came.add(bytes);
      chunk = readChunk();
      continue;
    }
    const event = came.event();
    if (event !== undefined || bytes !== undefined) return event;
  }
}

/** What came so far. */
class Came {
  length = 0;
  readonly #chunks: Uint8Array[] = [];
  #isClosed = false;
  #tried = 0;

  add(bytes: Uint8Array): void {
    this.length += bytes.length;
    if (this.length <= LIMIT) this.#chunks.push(bytes);
    else this.#chunks.length = 0;
    const last = bytes.findLast((byte) => byte > SPACE);
    if (last !== undefined) this.#isClosed = last === CLOSING;
  }

  /** Worth a look; after one in vain only when twice as much has come, or a long text would be parsed often. */
  mayBeAll(): boolean {
    return this.#isClosed && this.length >= 2 * this.#tried;
  }

  event(): HookEvent | undefined {
    this.#tried = this.length;
    const text = Buffer.concat(this.#chunks).toString();
    return valueOf(parseContract(text.length > SHORT ? outline(text) : text, HookEvent));
  }
}

/** What is promised, or undefined after so many milliseconds. */
async function within<T>(milliseconds: number, promised: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), milliseconds);
  const first = await Promise.race([promised, promise]);
  clearTimeout(timer);
  return first;
}

/** The next bytes; none at the end, or where stdin cannot be read. */
const readChunk = (): Promise<Uint8Array> =>
  new Promise((resolve) => {
    read(0, buffer, 0, buffer.length, null, (error, length) => {
      if (error === null) resolve(buffer.slice(0, length));
      // A caller may have left it so that a read does not wait.
      else if (errnoOf(error) === "EAGAIN") setTimeout(() => resolve(readChunk()), RETRY_MS);
      else resolve(new Uint8Array());
    });
  });

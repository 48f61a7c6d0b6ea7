/**
 * Reads the event that an agent CLI writes to its hook's stdin.
 *
 * @module
 */
import { read } from "node:fs";
import { shallowJson } from "../base/shallow-json.ts";
import { parseContract } from "../contract/parse.ts";
import { isTooDeep } from "../base/untrusted-json.ts";
import { valueOf } from "../contract/facts.ts";
import { HookEvent } from "./rules/hook-event.ts";
import { errnoOf } from "../host/errno.ts";

/** Events may contain a whole file that the agent writes, or a picture that it has read. */
const EVENT_BYTES = 8 * 1024 * 1024;
/** A longer input is read to the end, but not kept: a closed pipe could make the agent fail. */
const MAX_INPUT_BYTES = 64 * 1024 * 1024;
/** Longer texts are reduced to their top levels before they are parsed. */
const PARSED_WHOLE_CHARACTERS = 65_536;
/** An agent writes its event at once. */
const DEADLINE_MS = 3000;
/** An input that ends with a brace may be complete after this much silence. */
const QUIET_MS = 30;
const RETRY_MS = 10;
const CLOSING_BRACE = "}".charCodeAt(0);
const SPACE = " ".charCodeAt(0);

const buffer = new Uint8Array(65_536);

/**
 * Reads an event from stdin, to its end or, if the caller keeps it open, until the input is an
 * event. Undefined if there is none within 3 seconds, or the input is too long.
 */
export async function readHookEvent(): Promise<HookEvent | undefined> {
  const deadline = performance.now() + DEADLINE_MS;
  const input = new ReceivedInput();
  let chunk = readChunk();
  for (;;) {
    const remaining = deadline - performance.now();
    if (remaining <= 0 || input.length > MAX_INPUT_BYTES) return input.event();
    const waitMs = input.mayBeComplete() ? Math.min(remaining, QUIET_MS) : remaining;
    const bytes = await withTimeout(waitMs, chunk);
    if (bytes !== undefined && bytes.length > 0) {
      input.add(bytes);
      chunk = readChunk();
      continue;
    }
    const event = input.event();
    if (event !== undefined || bytes !== undefined) return event;
  }
}

/** The input so far. */
class ReceivedInput {
  length = 0;
  readonly #chunks: Uint8Array[] = [];
  #endsWithBrace = false;
  #parsedLength = 0;

  add(bytes: Uint8Array): void {
    this.length += bytes.length;
    if (this.length <= EVENT_BYTES) this.#chunks.push(bytes);
    else this.#chunks.length = 0;
    const last = bytes.findLast((byte) => byte > SPACE);
    if (last !== undefined) this.#endsWithBrace = last === CLOSING_BRACE;
  }

  /** After a failed attempt the input must double before the next, to bound the parsing. */
  mayBeComplete(): boolean {
    return this.#endsWithBrace && this.length >= 2 * this.#parsedLength;
  }

  event(): HookEvent | undefined {
    this.#parsedLength = this.length;
    const text = Buffer.concat(this.#chunks).toString();
    const isReduced = text.length > PARSED_WHOLE_CHARACTERS || isTooDeep(text);
    return valueOf(parseContract(isReduced ? shallowJson(text) : text, HookEvent));
  }
}

/** The value of `promised`, or undefined after a timeout. */
async function withTimeout<T>(timeoutMs: number, promised: Promise<T>): Promise<T | undefined> {
  const { promise: timedOut, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), timeoutMs);
  const first = await Promise.race([promised, timedOut]);
  clearTimeout(timer);
  return first;
}

/** The next bytes; empty at the end, or if stdin cannot be read. */
const readChunk = (): Promise<Uint8Array> =>
  new Promise((resolve) => {
    read(0, buffer, 0, buffer.length, null, (error, length) => {
      if (error === null) resolve(buffer.slice(0, length));
      // The caller may have made stdin non-blocking.
      else if (errnoOf(error) === "EAGAIN") setTimeout(() => resolve(readChunk()), RETRY_MS);
      else resolve(new Uint8Array());
    });
  });

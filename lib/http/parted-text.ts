/**
 * A long text in parts that are made when they are sent: a report of 100,000 cells is never in memory
 * as a whole, and its parts are made in different turns of the event loop.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { nextTurn } from "../view/slices.ts";

const encoder = new TextEncoder();

export class PartedText {
  #byteLength: Promise<number> | undefined;

  /** A text about `cells` cells. `parts` can be called again and again, and always gives the same text. */
  constructor(
    readonly cells: number,
    readonly parts: () => Iterable<string>,
  ) {}

  /** True if it is too long to be kept in one piece. */
  get isLong(): boolean {
    return isSentInParts(this.cells);
  }

  whole(): string {
    return [...this.parts()].join("");
  }

  /** The text in bytes, part by part, each in a turn of its own. */
  async *chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    for (const part of this.parts()) {
      if (part !== "") yield encoder.encode(part);
      await nextTurn();
    }
  }

  /** Pulls, so that a client that reads nothing holds one part. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const chunks = this.chunks();
    return new ReadableStream(
      {
        async pull(controller) {
          const { done, value } = await chunks.next();
          if (done === true) controller.close();
          else controller.enqueue(value);
        },
        cancel: () => void chunks.return(),
      },
      { highWaterMark: 0 },
    );
  }

  /** All parts are made for it, but once only. */
  byteLength(): Promise<number> {
    return (this.#byteLength ??= this.#countBytes());
  }

  async #countBytes(): Promise<number> {
    let length = 0;
    for await (const chunk of this.chunks()) length += chunk.length;
    return length;
  }
}

/** A body that many responses share: in one piece, or in parts. */
export type SharedContent = Blob | PartedText;

/** Texts about no more cells are kept in one piece, because many clients may ask for them. */
const WHOLE_CELLS = 4096;

/** True for a text about more cells than that: it is made in parts. */
export const isSentInParts = (cells: number): boolean => cells > WHOLE_CELLS;

/** A text in the form in which responses share it. */
export const sharedContent = (text: PartedText): SharedContent =>
  text.isLong ? text : new Blob([text.whole()]);

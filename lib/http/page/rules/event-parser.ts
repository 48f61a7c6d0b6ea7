/**
 * The events of a text/event-stream, as lib/http/event-stream.ts writes them: `event:` and `data:`
 * on one line each.
 *
 * @module
 */

/** An event; a comment is an event without a name. */
export interface StreamEvent {
  readonly name: string | undefined;
  readonly data: string | undefined;
}

/** Finds the events in a stream's text, which comes in pieces that end anywhere. */
export class EventParser {
  /** The start of an event whose end has not come yet. */
  #text = "";

  /** Adds a piece, and returns the events that it completes. */
  push(piece: string): readonly StreamEvent[] {
    // A whole report comes in many pieces, so only the new piece is searched for the end.
    const searched = Math.max(0, this.#text.length - 1);
    this.#text += piece;
    if (!this.#text.includes("\n\n", searched)) return [];
    const blocks = this.#text.split("\n\n");
    this.#text = blocks.pop() ?? "";
    return blocks.map(eventOf);
  }
}

function eventOf(block: string): StreamEvent {
  const lines = block.split("\n");
  const field = (name: string) => lines.find((line) => line.startsWith(name))?.slice(name.length);
  return { name: field("event: "), data: field("data: ") };
}

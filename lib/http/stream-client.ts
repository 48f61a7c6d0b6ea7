/**
 * One client of an event stream.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { PartedText } from "./parted-text.ts";

/** Changes queued for a slow client before a complete report replaces them. */
const QUEUE_LIMIT = 8;
/** Bytes passed to the socket at once, which a slow client's socket buffers. */
const CHUNK_BYTES = 16 * 1024;

const encoder = new TextEncoder();
const KEEPALIVE = encoder.encode(": beat\n\n");
const BYE = encoder.encode("event: bye\ndata: {}\n\n");

/** An event as it is sent: in bytes that all clients share, or in parts that are made for each. */
export type SentEvent = Uint8Array | PartedText;

/** The event `name` with a document. */
export function sentEvent(name: string, document: object): SentEvent {
  const text = document instanceof PartedText ? document : undefined;
  if (text?.isLong === true) return new PartedText(text.cells, () => eventParts(name, text));
  const data = text?.whole() ?? JSON.stringify(document);
  return encoder.encode(`event: ${name}\ndata: ${data.trimEnd()}\n\n`);
}

function* eventParts(name: string, data: PartedText): Generator<string> {
  yield `event: ${name}\ndata: `;
  // The line feed that ends a document would end the event.
  for (const part of data.parts()) yield part.trimEnd();
  yield "\n\n";
}

/** One client. Its stream pulls, so that nothing is passed on before it can be sent. */
export class StreamClient {
  readonly stream: ReadableStream<Uint8Array>;
  #queue: SentEvent[] = [];
  /** The unsent part of the current event, and what makes its further parts. */
  #rest: Uint8Array = new Uint8Array();
  #parts: AsyncIterator<Uint8Array> | undefined;
  /** The next event is a complete report. */
  #needsReport = true;
  #needsKeepalive = false;
  #isEnding = false;
  #wake = (): void => {};

  constructor(
    readonly completeReport: () => SentEvent | undefined,
    readonly onEnd: () => void,
  ) {
    this.stream = new ReadableStream(
      { pull: (controller) => this.#pull(controller), cancel: onEnd },
      { highWaterMark: 0 },
    );
  }

  /** Queues a change; if the queue is full, a complete report replaces it. */
  enqueue(event: SentEvent): void {
    if (!this.#needsReport) this.#queue.push(event);
    if (this.#queue.length > QUEUE_LIMIT) this.#needsReport = true;
    this.#wake();
  }

  keepAlive(): void {
    this.#needsKeepalive = true;
    this.#wake();
  }

  end(): void {
    this.#isEnding = true;
    this.#wake();
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (this.#rest.length === 0) await this.#fill();
    const isLast = this.#rest === BYE;
    controller.enqueue(this.#rest.subarray(0, CHUNK_BYTES));
    this.#rest = this.#rest.subarray(CHUNK_BYTES);
    if (!isLast) return;
    controller.close();
    this.onEnd();
  }

  /** Gets more to send, or waits until there may be more. */
  async #fill(): Promise<void> {
    const { done, value } = (await this.#parts?.next()) ?? { done: true, value: undefined };
    if (done !== true) return void (this.#rest = value);
    this.#parts = undefined;
    const next = this.#next();
    if (next === undefined) return new Promise((resolve) => (this.#wake = resolve));
    if (next instanceof PartedText) this.#parts = next.chunks();
    else this.#rest = next;
  }

  #next(): SentEvent | undefined {
    if (this.#isEnding) return BYE;
    const report = this.#needsReport ? this.completeReport() : undefined;
    const keepalive = this.#needsKeepalive ? KEEPALIVE : undefined;
    this.#needsKeepalive = false;
    if (report === undefined) return this.#queue.shift() ?? keepalive;
    this.#needsReport = false;
    this.#queue = [];
    return report;
  }
}

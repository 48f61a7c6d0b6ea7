/**
 * One client of an event stream.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */

/** Changes queued for a slow client before a complete report replaces them. */
const QUEUE_LIMIT = 8;
/** Bytes passed to the socket at once, which a slow client's socket buffers. */
const CHUNK_BYTES = 16 * 1024;

const encoder = new TextEncoder();
const KEEPALIVE = encoder.encode(": beat\n\n");
const BYE = encoder.encode("event: bye\ndata: {}\n\n");

/** An event as it is sent. */
export const encodeEvent = (name: string, data: string): Uint8Array =>
  encoder.encode(`event: ${name}\ndata: ${data.trimEnd()}\n\n`);

/** One client. Its stream pulls, so that nothing is passed on before it can be sent. */
export class StreamClient {
  readonly stream: ReadableStream<Uint8Array>;
  #queue: Uint8Array[] = [];
  /** The unsent part of the current event. */
  #rest: Uint8Array = new Uint8Array();
  /** The next event is a complete report. */
  #needsReport = true;
  #needsKeepalive = false;
  #isEnding = false;
  #wake = (): void => {};

  constructor(
    readonly completeReport: () => Uint8Array | undefined,
    readonly onEnd: () => void,
  ) {
    this.stream = new ReadableStream(
      { pull: (controller) => this.#pull(controller), cancel: onEnd },
      { highWaterMark: 0 },
    );
  }

  /** Queues a change; if the queue is full, a complete report replaces it. */
  enqueue(chunk: Uint8Array): void {
    if (!this.#needsReport) this.#queue.push(chunk);
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
    while (this.#rest.length === 0) {
      const next = this.#next();
      if (next === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
      else this.#rest = next;
    }
    const isLast = this.#rest === BYE;
    controller.enqueue(this.#rest.subarray(0, CHUNK_BYTES));
    this.#rest = this.#rest.subarray(CHUNK_BYTES);
    if (!isLast) return;
    controller.close();
    this.onEnd();
  }

  #next(): Uint8Array | undefined {
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

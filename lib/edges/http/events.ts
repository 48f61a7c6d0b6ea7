/**
 * The stream of events: a whole report first, then what changes.
 *
 * A client that reads slowly is sent less, never more: what it has not read is kept up to
 * a bound, then dropped for a whole report once it reads again. One that never reads holds
 * one piece of an event.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { answer } from "./answer.ts";
import type { Snapshot, Source } from "./source.ts";

/** A comment this often keeps a quiet stream from being taken for a dead one. */
const BEAT_MS = 5000;
/** How many deltas wait for a slow client before a whole report takes their place. */
const WAITING_LIMIT = 8;
/** How many bytes are handed over at once: a slow client's socket holds a copy of them. */
const PIECE = 16 * 1024;

const encoder = new TextEncoder();
const BEAT = encoder.encode(": beat\n\n");
const BYE = encoder.encode("event: bye\ndata: {}\n\n");

/** All the streams of one server. */
export interface Streams {
  /** A stream for one more client; undefined when there are too many. */
  open(): Response | undefined;
  /** How many clients there are. */
  count(): number;
  /** Says goodbye to all, and ends their streams. */
  close(): void;
}

/** Streams of what `source` finds, for at most `limit` clients. */
export function startStreams(source: Source, limit: number): Streams {
  const clients = new Set<Client>();
  const whole = wholeReports(source);
  const stopListening = source.subscribe((_, delta) => {
    const chunk = event("changes", JSON.stringify(delta));
    for (const client of clients) client.offer(chunk);
  });
  const beating = setInterval(() => {
    for (const client of clients) client.beat();
  }, BEAT_MS);
  return {
    open() {
      if (clients.size >= limit) return undefined;
      const client = new Client(whole, () => clients.delete(client));
      clients.add(client);
      return answer(200, "text/event-stream", client.stream, { "X-Accel-Buffering": "no" });
    },
    count: () => clients.size,
    close() {
      clearInterval(beating);
      stopListening();
      for (const client of clients) client.end();
    },
  };
}

const event = (name: string, data: string): Uint8Array =>
  encoder.encode(`event: ${name}\ndata: ${data.trimEnd()}\n\n`);

/** The whole report as an event, encoded once for all clients; undefined before the first scan. */
function wholeReports(source: Source): () => Uint8Array | undefined {
  let of: Snapshot | undefined;
  let chunk: Uint8Array | undefined;
  return () => {
    const snapshot = source.snapshot();
    if (snapshot !== of && snapshot !== undefined)
      chunk = event("report", JSON.stringify(snapshot.report));
    of = snapshot;
    return chunk;
  };
}

/** One reader. The stream pulls: nothing is handed over before it can be sent. */
class Client {
  readonly stream: ReadableStream<Uint8Array>;
  #waiting: Uint8Array[] = [];
  /** What is left of the event that is being sent. */
  #rest: Uint8Array = new Uint8Array();
  /** The next thing to send is a whole report. */
  #isBehind = true;
  #isBeatDue = false;
  #isEnding = false;
  #wake = (): void => {};

  constructor(
    readonly whole: () => Uint8Array | undefined,
    readonly leave: () => void,
  ) {
    this.stream = new ReadableStream(
      { pull: (controller) => this.#pull(controller), cancel: leave },
      { highWaterMark: 0 },
    );
  }

  /** Has a change for the client; too many that wait give way to a whole report. */
  offer(chunk: Uint8Array): void {
    if (!this.#isBehind) this.#waiting.push(chunk);
    if (this.#waiting.length > WAITING_LIMIT) this.#isBehind = true;
    this.#wake();
  }

  beat(): void {
    this.#isBeatDue = true;
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
    controller.enqueue(this.#rest.subarray(0, PIECE));
    this.#rest = this.#rest.subarray(PIECE);
    if (!isLast) return;
    controller.close();
    this.leave();
  }

  #next(): Uint8Array | undefined {
    if (this.#isEnding) return BYE;
    const whole = this.#isBehind ? this.whole() : undefined;
    const beat = this.#isBeatDue ? BEAT : undefined;
    this.#isBeatDue = false;
    if (whole === undefined) return this.#waiting.shift() ?? beat;
    this.#isBehind = false;
    this.#waiting = [];
    return whole;
  }
}

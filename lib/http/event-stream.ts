/**
 * Server-sent events: a complete report first, then changes.
 *
 * Each client has a bounded queue. If a slow client exceeds it, its queue is replaced with one
 * complete report. A client that never reads holds the report of the event that it is at.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { errorResponse, httpResponse } from "./responses.ts";
import { changesText } from "./changes-text.ts";
import type { ReportPoller } from "./report-poller.ts";
import { KEEPALIVE_MS } from "./rules/freshness.ts";
import { type SentEvent, sentEvent, StreamClient } from "./stream-client.ts";

/** All event streams of one server. */
export interface EventStreams {
  /** Opens a stream for another client; undefined when there are too many. */
  open(): Response | undefined;
  /** The number of clients. */
  count(): number;
  /** Sends `bye` to the clients of now, and ends their streams. Later ones are served. */
  endClients(): void;
  /** Ends the streams of all clients for good. */
  close(): void;
}

/** What streams carry: a complete document first, then how each one differs from the one before. */
export interface EventFeed {
  /** The name of the event with the complete document. */
  readonly name: string;
  /**
   * The last document, or its JSON as a PartedText: the same object for as long as it is the last.
   * Undefined before the first.
   */
  readonly complete: () => object | undefined;
  /** Calls `listener` with each change, until the returned function is called. */
  readonly subscribe: (listener: (changes: object) => void) => () => void;
}

/** Streams the reports of `poller` to at most `limit` clients. */
export const startEventStreams = (poller: ReportPoller, limit: number): EventStreams =>
  startFeedStreams(
    {
      name: "report",
      complete: () => poller.snapshot()?.text,
      subscribe: (listener) =>
        poller.subscribe((snapshot, changes) => listener(changesText(snapshot, changes))),
    },
    limit,
  );

/** Streams a feed to at most `limit` clients. */
export function startFeedStreams(feed: EventFeed, limit: number): EventStreams {
  const clients = new Set<StreamClient>();
  const completeDocument = documentEncoder(feed);
  const unsubscribe = feed.subscribe((changes) => {
    const event = clients.size === 0 ? undefined : sentEvent("changes", changes);
    if (event !== undefined) for (const client of clients) client.enqueue(event);
  });
  const keepalive = setInterval(() => {
    for (const client of clients) client.keepAlive();
  }, KEEPALIVE_MS);
  const endClients = (): void => {
    for (const client of clients) client.end();
  };
  return {
    endClients,
    open() {
      if (clients.size >= limit) return undefined;
      const client = new StreamClient(completeDocument, () => clients.delete(client));
      clients.add(client);
      return eventResponse(client.stream);
    },
    count: () => clients.size,
    close() {
      clearInterval(keepalive);
      unsubscribe();
      endClients();
    },
  };
}

/** The complete document as an event, made once for all clients; undefined before the first. */
function documentEncoder({ name, complete }: EventFeed): () => SentEvent | undefined {
  const made = new WeakMap<object, SentEvent>();
  return () => {
    const document = complete();
    if (document === undefined) return undefined;
    const event = made.get(document) ?? sentEvent(name, document);
    made.set(document, event);
    return event;
  };
}

/** Answers with a stream, unless too many clients have one. */
export function streamResponse(streams: EventStreams, request: Request): Response {
  if (request.method === "HEAD") return eventResponse(null);
  return (
    streams.open() ??
    errorResponse(503, "too_many_clients", "Too many event-stream clients; try again later.", {
      "Retry-After": "30",
    })
  );
}

/** A proxy that compresses the stream would hold events back until it has enough of them. */
const STREAM_HEADERS = { "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no" };

const eventResponse = (stream: ReadableStream<Uint8Array> | null): Response =>
  httpResponse(200, "text/event-stream", stream, STREAM_HEADERS);

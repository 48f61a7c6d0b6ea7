/**
 * Reads one event stream of the server.
 *
 * Not with EventSource, which cannot send a token, and does not notice that a stream has gone
 * silent. So this uses fetch, and a timer.
 *
 * @module
 */
import { STREAM_SILENCE_MS } from "../rules/freshness.ts";
import { EventParser, type StreamEvent } from "./rules/event-parser.ts";
import { requestPath } from "./server.ts";
import { lastContact, serverClock } from "./state.ts";

interface Listener {
  /** The server sent something. */
  onContact(): void;
  onEvent(event: StreamEvent): void;
}

/** Grows while the computer sleeps, because one of the two clocks may stand still then. */
const clockGap = (): number => Date.now() - performance.now();

/** Reads until the server sends `bye`, or nothing for too long, or `stop` is aborted, or the computer slept. */
export async function readStream(stop: AbortSignal, listener: Listener): Promise<void> {
  const abort = new AbortController();
  const end = () => abort.abort();
  stop.addEventListener("abort", end);
  let timer = setTimeout(end, STREAM_SILENCE_MS);
  const before = clockGap();
  const sleepCheck = setInterval(() => {
    if (Math.abs(clockGap() - before) > STREAM_SILENCE_MS) end();
  }, 1000);
  const onBytes = () => {
    lastContact.at = serverClock.now();
    clearTimeout(timer);
    timer = setTimeout(end, STREAM_SILENCE_MS);
    listener.onContact();
  };
  try {
    const response = await requestPath("v1/events", abort.signal);
    serverClock.forget();
    serverClock.learn(response.headers.get("date"));
    for await (const event of eventsOf(response, onBytes)) {
      if (event.name === "bye") break;
      listener.onEvent(event);
    }
  } finally {
    stop.removeEventListener("abort", end);
    clearTimeout(timer);
    clearInterval(sleepCheck);
    end();
  }
}

async function* eventsOf({ body }: Response, onBytes: () => void): AsyncGenerator<StreamEvent> {
  if (body === null) return;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onBytes();
    yield* parser.push(decoder.decode(value, { stream: true }));
  }
}

/**
 * One event stream for all tabs of the page: HTTP/1.1 allows a browser six connections to a server,
 * and a stream takes one for good.
 *
 * One tab, the leader, reads the stream and passes its events on. A tab that hears no leader leads
 * itself. If two lead, the one with the smaller name stays. Without BroadcastChannel every tab leads.
 *
 * @module
 */
import { STREAM_SILENCE_MS } from "../rules/freshness.ts";
import type { StreamEvent } from "./rules/event-parser.ts";
import { tabGroup } from "./server.ts";

/** How long a new tab waits for a leader's answer. */
const ANSWER_MS = 250;

/** What a leader passes on. */
export type LeaderMessage =
  /** The server's time, and an event; without one the stream is only alive. */
  | { readonly at: string; readonly event?: StreamEvent }
  | {
      readonly lost: string;
      /** A proxy asks the reader to sign in again. */
      readonly isSignIn: boolean;
    };

type Message = { readonly from: string; readonly to?: string } & (
  { readonly ask: true } | { readonly bye: true } | LeaderMessage
);

const me = `${Math.random()}`;
let channel: BroadcastChannel | undefined;
let onMessage: (message: Message) => void = () => {};

/** Joins the tabs with the same server and token. */
function joinGroup(): void {
  if (typeof BroadcastChannel === "undefined" || channel?.name === tabGroup()) return;
  channel?.close();
  channel = new BroadcastChannel(tabGroup());
  channel.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if (data.to === undefined || data.to === me) onMessage(data);
  });
}

function post(message: LeaderMessage | { ask: true } | { bye: true }, to?: string): void {
  channel?.postMessage({ from: me, ...(to === undefined ? {} : { to }), ...message });
}

/** Follows a leader, and passes on what it says; returns once none is heard. */
export async function followLeader(onLeader: (message: LeaderMessage) => void): Promise<void> {
  joinGroup();
  if (channel === undefined) return;
  await new Promise<void>((resolve) => {
    let timer = setTimeout(resolve, ANSWER_MS);
    onMessage = (message) => {
      if ("ask" in message) return;
      clearTimeout(timer);
      // The tabs that hear a leader leave do not all lead at once.
      timer = setTimeout(resolve, "bye" in message ? ANSWER_MS * Math.random() : STREAM_SILENCE_MS);
      if (!("bye" in message)) onLeader(message);
    };
    post({ ask: true });
  });
  onMessage = () => {};
}

export interface Leadership {
  /** Passes something on to the other tabs. */
  readonly tell: (message: LeaderMessage) => void;
  /** Aborted once another tab leads. */
  readonly deposed: AbortSignal;
  /** Lets another tab lead. */
  readonly resign: () => void;
}

/** Leads; `current` gives what a new tab needs first, if there is anything yet. */
export function lead(current: () => LeaderMessage | undefined): Leadership {
  const deposed = new AbortController();
  onMessage = (message) => {
    if ("ask" in message) {
      const report = current();
      if (report !== undefined) post(report, message.from);
    } else if (!("bye" in message) && message.from < me) deposed.abort();
  };
  const resign = () => {
    post({ bye: true });
    onMessage = () => {};
  };
  addEventListener("pagehide", resign, { signal: deposed.signal });
  return { tell: post, deposed: deposed.signal, resign };
}

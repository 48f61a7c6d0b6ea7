/**
 * The message to a receiver: the events of one round.
 *
 * @module
 */
import type { Event, Message } from "../../../contract/event.ts";
import { highestAttention } from "../../../verdict/attention.ts";

const MAX_EVENTS = 100;

/** What the messages of all routes say of the round. */
export type MessageHeader = Pick<
  Message,
  "at" | "host" | "root" | "observer_suspect" | "suspicion" | "summary"
>;

/** What makes a message one of its route. */
export type MessageIdentity = Pick<Message, "id" | "route" | "sequence" | "dropped">;

/** The message about these events. */
export const messageOf = (
  events: readonly Event[],
  { at, host, root, ...round }: MessageHeader,
  { id, sequence, route, dropped }: MessageIdentity,
): Message => ({
  schema_version: 1,
  id,
  sequence,
  route,
  at,
  host,
  root,
  subject: subjectOf(events, host),
  attention: highestAttention(events.map(({ attention }) => attention)),
  ...round,
  events: events.slice(0, MAX_EVENTS),
  more: Math.max(0, events.length - MAX_EVENTS),
  dropped,
});

/** The most serious event in words, and how many others there are. */
function subjectOf(events: readonly Event[], host: string): string {
  const level = highestAttention(events.map(({ attention }) => attention));
  const first = events.find(({ attention }) => (attention ?? "none") === level) ?? events[0];
  const others = events.length > 1 ? `, and ${events.length - 1} more` : "";
  return `[${level === "none" ? "ok" : level}] ${host}: ${first?.text ?? first?.event}${others}`;
}

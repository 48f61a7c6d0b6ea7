/**
 * A message as plain text, for people: a line for each event, what to type, and where to look.
 *
 * @module
 */
import { printable } from "../../../base/printable.ts";
import type { Event, Message } from "../../../contract/event.ts";

/** The lines of a message, without its subject. */
export function messageLines(message: Message): string[] {
  const { events, more, dropped } = message;
  const left = more > 0 ? [`${more} more events: see events.ndjson, or supervise history ID`] : [];
  const lost = dropped > 0 ? [`${dropped} older messages were dropped: too many waited`] : [];
  return [...events.flatMap(eventLines), ...left, ...lost].map(printable);
}

function eventLines({ event, text, owner, next, url }: Event): string[] {
  const whose = typeof owner === "string" ? ` (owner: ${owner})` : "";
  const steps = [next === undefined ? "" : `next: ${next}`, url ?? ""].filter(
    (line) => line !== "",
  );
  return [`${text ?? event}${whose}`, ...steps.map((line) => `  ${line}`)];
}

/** The subject, on one line whatever an agent called itself. */
export const subjectLine = ({ subject }: Message): string => printable(subject);

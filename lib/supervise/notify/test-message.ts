/**
 * A message that says that it is a test, sent to the receivers as any other.
 *
 * @module
 */
import type { Event, Message } from "../../contract/event.ts";
import type { NotifyRoute } from "../../contract/notify.ts";
import type { Settings } from "../../contract/settings.ts";
import { hostName } from "../../host/host.ts";
import { deliver } from "./delivery.ts";
import { messageText } from "./outbox.ts";
import { messageOf } from "./rules/message.ts";

/** Sends one to a route; returns why it was not taken, or undefined. It does not use the outbox. */
export async function sendTest(
  route: NotifyRoute,
  { root, public_url: url }: Settings,
  now: Date,
): Promise<string | undefined> {
  const at = now.toISOString();
  const event: Event = {
    schema_version: 1,
    at,
    event: "test",
    id: Bun.randomUUIDv7(),
    attention: "note",
    text: "this is a test of notifications: nothing happened",
    ...(url === undefined ? {} : { url }),
  };
  const header = { at, host: hostName(), root, observer_suspect: false, summary: null };
  const identity = { id: Bun.randomUUIDv7(), route: route.name, sequence: 0, dropped: 0 };
  const message: Message = { ...messageOf([event], header, identity), test: true };
  return (await deliver(messageText(message), route)).failure;
}

/**
 * Passes events to the receivers of their routes. Messages wait in the outbox until they are taken,
 * over restarts.
 *
 * A round's messages are first part of memory.json, which is replaced together with what it remembers
 * of the cells: a change is forgotten only when its message is on disk.
 *
 * @module
 */
import { printable } from "../../base/printable.ts";
import type { Event, Message } from "../../contract/event.ts";
import type { DeliveryCounts } from "../../contract/supervision.ts";
import type { Notify } from "../../contract/notify.ts";
import { queueStderr } from "../../host/stdio/async-stderr.ts";
import { type Delivery, startDelivery } from "./delivery.ts";
import { routesWithOutbox, waitingMessages } from "./outbox.ts";
import { openRouteQueue, type QueueContext, type RouteQueue } from "./route-queue.ts";
import { type MessageHeader, messageOf } from "./rules/message.ts";
import { isRouted, routesOf } from "./rules/route.ts";

export interface Notifier {
  /** Continues with what earlier daemons left; `unsent` is from memory.json. Called once, first. */
  restore(unsent: readonly Message[]): void;
  /** Adds one message for each route that receives one of these events. */
  add(events: readonly Event[], header: MessageHeader, notify: Notify | undefined): void;
  /** The messages that are not in the outbox yet. */
  unsaved(): readonly Message[];
  /** Moves them to the outbox, unless the store is lost, and delivers what waits. */
  deliver(notify: Notify | undefined, isStoreLost: boolean): void;
  /** Tells of messages for routes that the configuration does not have any more: they are kept. */
  reportOrphans(notify: Notify | undefined): void;
  /** How deliveries went since the start, by route. */
  counts(): Readonly<Record<string, DeliveryCounts>>;
  /** Waits for the deliveries under way. */
  drain(): Promise<void>;
}

export function startNotifier(context: QueueContext): Notifier {
  const lines = new Map<string, { readonly queue: RouteQueue; readonly delivery: Delivery }>();
  let leftOver: readonly Message[] = [];

  function lineOf(name: string) {
    const known = lines.get(name);
    if (known !== undefined) return known;
    const unsent = leftOver.filter(({ route }) => route === name);
    const queue = openRouteQueue(context, name, unsent);
    const line = { queue, delivery: startDelivery(queue) };
    lines.set(name, line);
    return line;
  }

  return {
    restore(unsent) {
      leftOver = unsent;
      // At once, so that the next memory.json still has those that it alone holds.
      for (const { route } of unsent) lineOf(route);
    },
    add(events, header, notify) {
      for (const route of routesOf(notify)) {
        const routed = events.filter((event) => isRouted(event, route));
        if (routed.length === 0) continue;
        const id = Bun.randomUUIDv7();
        lineOf(route.name).queue.add((sequence, dropped) =>
          messageOf(routed, header, { id, route: route.name, sequence, dropped }),
        );
      }
    },
    unsaved: () => [...lines.values()].flatMap(({ queue }) => queue.unsaved()),
    deliver(notify, isStoreLost) {
      const routes = new Map(routesOf(notify).map((route) => [route.name, route]));
      for (const name of routes.keys()) lineOf(name);
      for (const [name, { queue, delivery }] of lines) {
        if (!isStoreLost) queue.save();
        const route = routes.get(name);
        if (route === undefined) delivery.stop();
        else if (queue.size() > 0) delivery.start(route);
      }
    },
    counts: () =>
      Object.fromEntries([...lines].map(([name, { delivery }]) => [name, delivery.counts()])),
    reportOrphans: (notify) => reportOrphans(context, notify),
    async drain() {
      await Promise.all([...lines.values()].map(({ delivery }) => delivery.drain()));
    },
  };
}

function reportOrphans({ store, errors }: QueueContext, notify: Notify | undefined): void {
  const names = routesOf(notify).map(({ name }) => name);
  errors.guard("the outbox", () => {
    for (const route of routesWithOutbox(store).filter((name) => !names.includes(name)))
      reportOrphan(route, waitingMessages(store, route).length);
  });
}

function reportOrphan(route: string, count: number): void {
  if (count === 0) return;
  const what = count === 1 ? "1 message waits" : `${count} messages wait`;
  const text = `${what} for the route ${route}, which the configuration does not have`;
  queueStderr(printable(`supervise: notify: ${text}`) + "\n");
}

/**
 * The operator's verbs: orders in the state directory, with the daemon up or down.
 *
 * @module
 */
import { existsSync, lstatSync } from "node:fs";
import { quoted } from "../../rules/printable.ts";
import { EXIT, OperatorError } from "../../schemas/errors.ts";
import type { Event } from "../../schemas/event.ts";
import type { Settings } from "../../schemas/settings.ts";
import { missingCell } from "../cell/here.ts";
import { asOwnerOf } from "../host/become.ts";
import { at, openRoot } from "../host/directory.ts";
import { printText } from "../host/stdout.ts";
import { triedMissions } from "./attempts.ts";
import { appendEvents, eventsAbout } from "./event-log.ts";
import { showHistory } from "./history.ts";
import type { Order, Verb } from "./order.ts";
import { changeOrders, holdAll, liftOrders, readOrders, resumeAll } from "./orders.ts";
import { markWell } from "./since-well.ts";
import { NO_ORDERS } from "../../schemas/orders.ts";
import { storeOf } from "../host/state-folder.ts";
import { makeStore, type Store } from "./store.ts";

/** What was done: words for the operator, and the event for the log. */
interface Done {
  readonly text: string;
  readonly event: Partial<Event> & Pick<Event, "event">;
}
type Deed = (store: Store, order: Order & { readonly id: string }, now: Date) => Done;

const reasonOf = ({ reason }: Order) => (reason === undefined ? {} : { reason });

const DEEDS: Readonly<Record<Exclude<Verb, "history">, Deed>> = {
  hold(store, order, now) {
    holdAll(store, { at: now.toISOString(), ...reasonOf(order) });
    return { text: "held: nothing is revived", event: { event: "held", ...reasonOf(order) } };
  },
  resume: (store) => ({
    text: resumeAll(store) ? "resumed" : "there was no hold",
    event: { event: "resumed" },
  }),
  snooze(store, order, now) {
    const until = new Date(now.getTime() + 1000 * order.seconds).toISOString();
    const snooze = { at: now.toISOString(), until, ...reasonOf(order) };
    changeOrders(store, order.id, (orders) => ({ ...orders, snooze }));
    const event = { event: "snoozed", mission_id: order.id, until, ...reasonOf(order) } as const;
    return { text: `snoozed until ${until}`, event };
  },
  quarantine(store, { id, reason = "" }, now) {
    const quarantine = { at: now.toISOString(), reason };
    changeOrders(store, id, (orders) => ({ ...orders, quarantine }));
    return { text: "quarantined", event: { event: "quarantined", mission_id: id, reason } };
  },
  release(store, { id }, now) {
    liftOrders(store, id);
    markWell(store, id, now);
    return {
      text: "released: no snooze, no quarantine, and what was tried counts no more",
      event: { event: "released", mission_id: id },
    };
  },
};

/**
 * Carries an order out, and says what holds now; gives the exit code. Where root orders, it is
 * done as the state directory's owner, so that the daemon is not locked out.
 *
 * @throws {OperatorError} when there is no such cell, or the state directory cannot be used.
 */
export function carryOut(order: Order, settings: Settings, now: Date): number {
  const store = storeOf(settings);
  checkRoot(store, settings);
  const { verb, id = "" } = order;
  if (order.id !== undefined && !isKnown(store, order)) checkThere(settings, id);
  if (verb === "history") return showHistory(store, id, order.isJson, now);
  asOwnerOf(store.top, () => {
    makeStore(store);
    const { text, event } = DEEDS[verb](store, { ...order, id }, now);
    try {
      appendEvents(store, [{ ...event, schema_version: 1, at: now.toISOString() }]);
    } finally {
      // It holds, also where the log could not be written.
      printText(`${text}\n`);
    }
  });
  return EXIT.ok;
}

/**
 * A root that is a link cannot be told by its name while its target is away: an order would
 * be kept where no daemon looks.
 */
function checkRoot(store: Store, { root }: Settings): void {
  if (existsSync(root) || existsSync(store.folder)) return;
  throw new OperatorError(
    "no_input",
    `Cannot tell which root ${quoted(root)} is: it is not there`,
    "name it without links, as the daemon knows it",
  );
}

/** True for a mission of which something is remembered, whatever has become of its cell. */
const isKnown = (store: Store, { verb, id = "" }: Order): boolean =>
  triedMissions(store).includes(id) ||
  !Bun.deepEquals(readOrders(store, id), NO_ORDERS) ||
  (verb === "history" && eventsAbout(store, id).length > 0);

/** An order for a cell that is not there is a slip of the pen. */
function checkThere(settings: Settings, id: string): void {
  const root = openRoot(settings.root);
  try {
    if (lstatSync(at(root.fd, id), { throwIfNoEntry: false }) === undefined)
      throw missingCell(root, id, `Cannot find mission ${quoted(id)}`);
  } finally {
    root.close();
  }
}

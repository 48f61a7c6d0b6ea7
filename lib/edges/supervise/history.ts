/**
 * `supervise history`: what happened to one mission, and what was done for it.
 *
 * @module
 */
import { describeDuration } from "../../rules/duration.ts";
import { printable, printableJson, quoted } from "../../rules/printable.ts";
import { EXIT } from "../../schemas/errors.ts";
import type { Event } from "../../schemas/event.ts";
import type { Orders } from "../../schemas/orders.ts";
import { printText } from "../host/stdout.ts";
import type { AttemptRecord } from "./attempts.ts";
import { eventsAbout } from "./event-log.ts";
import { readOrders } from "./orders.ts";
import { agedRecords } from "./since-well.ts";
import type { Store } from "./store.ts";

/** Prints it, oldest first; gives the exit code. */
export function showHistory(store: Store, id: string, isJson: boolean, now: Date): number {
  const orders = readOrders(store, id);
  const records = agedRecords(store, id, now).map(({ record }) => record);
  // An attempt is told by its own record, also where its end was never seen.
  const events = eventsAbout(store, id).filter(({ event }) => event !== "attempted");
  printText(
    isJson
      ? `${printableJson({ mission_id: id, orders, attempts: records, events }, 2)}\n`
      : historyText(orders, records, events),
  );
  return EXIT.ok;
}

function historyText(
  orders: Orders | "unreadable",
  records: readonly AttemptRecord[],
  events: readonly Event[],
): string {
  const lines = [
    ...records.map((record) => ({ at: record.claim?.at ?? "", text: attemptText(record) })),
    ...events.map((event) => ({ at: event.at, text: eventText(event) })),
  ].toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const told = lines.map(({ at, text }) => `${at.padEnd(24)}  ${text}`);
  const all = [...(told.length === 0 ? ["nothing happened yet"] : told), ...ordersText(orders)];
  return all.map((line) => `${printable(line)}\n`).join("");
}

function attemptText({ number, claim, outcome }: AttemptRecord): string {
  const what = `attempt ${number}${claim === undefined ? "" : `: ${claim.command.join(" ")}`}`;
  if (outcome === undefined) return `${what}: running, or its end was not seen`;
  const took = describeDuration(outcome.duration_ms / 1000);
  const how = outcome.timed_out
    ? `ended after its time, ${took}`
    : (outcome.error ?? `ended with ${outcome.exit_code ?? outcome.signal} after ${took}`);
  return `${what}: ${how}`;
}

function eventText({ event, from, to, problems, reason, until }: Event): string {
  const change = to === undefined ? "" : ` ${from ?? "new"} to ${to ?? "gone"}`;
  const why = reason === undefined ? problems?.map(({ text }) => text).join("; ") : quoted(reason);
  return `${event}${change}${until === undefined ? "" : ` until ${until}`}${why ? `: ${why}` : ""}`;
}

function ordersText(orders: Orders | "unreadable"): string[] {
  if (orders === "unreadable") return ["its orders cannot be read: nothing is done for it"];
  const { snooze, quarantine } = orders;
  return [
    ...(snooze === undefined ? [] : [`snoozed until ${snooze.until}`]),
    ...(quarantine === undefined ? [] : [`quarantined: ${quoted(quarantine.reason)}`]),
  ];
}

/**
 * `supervise history`: prints the events, attempts and orders of one mission.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { describeDuration } from "../../base/duration.ts";
import { printable, printableIndented, quoted } from "../../base/printable.ts";
import { EXIT } from "../../base/errors.ts";
import type { Event } from "../../contract/event.ts";
import { NO_ORDERS, type Orders } from "../orders/rules/order.ts";
import { printText } from "../../host/stdio/stdio.ts";
import type { AttemptRecord } from "../revive/attempt-store.ts";
import { EXIT_CODE_UNKNOWN } from "../revive/attempt-events.ts";
import { eventsAbout } from "../status/read-events.ts";
import { readOrders } from "../orders/order-store.ts";
import { attemptHistory, readClocks } from "../revive/attempt-history.ts";
import { hasStore } from "../store/store.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";

/** The nesting depth of the JSON: an argument of an attempt's command is deepest. */
const JSON_LEVELS = 5;

/**
 * Prints the history, oldest first; returns the exit code.
 *
 * @throws {OperatorError} when the store cannot be read.
 */
export function showHistory(state: StorePaths, id: string, isJson: boolean, clock: Clock): number {
  // Without a store nothing has happened yet.
  const exists = hasStore(state);
  const orders = exists ? readOrders(state, id) : NO_ORDERS;
  const history = exists ? attemptHistory(state, id, readClocks(clock)) : [];
  const records = history.map(({ record }) => record);
  // Attempts are printed from their records, which exist even if an attempt's end is unknown.
  const events = eventsAbout(state, id).filter(({ event }) => event !== "attempted");
  printText(
    isJson
      ? `${printableIndented({ mission_id: id, orders, attempts: records, events }, JSON_LEVELS)}\n`
      : historyText(orders, records, events),
  );
  return EXIT.ok;
}

function historyText(
  orders: Orders | "unreadable",
  records: readonly AttemptRecord[],
  events: readonly Event[],
): string {
  // At the same time, an event comes before the attempt that follows from it.
  const lines = [
    ...events.map((event) => ({ at: event.at, text: eventText(event) })),
    ...records.map((record) => ({ at: record.claim?.at ?? "", text: attemptText(record) })),
  ].toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const texts = lines.map(({ at, text }) => `${at.padEnd(24)}  ${text}`);
  const all = [
    ...(texts.length === 0 ? ["nothing has happened yet"] : texts),
    ...ordersText(orders),
  ];
  return all.map((line) => `${printable(line)}\n`).join("");
}

function attemptText(record: AttemptRecord): string {
  const { number, claim } = record;
  const title = `attempt ${number}${claim === undefined ? "" : `: ${claim.command.join(" ")}`}`;
  return `${title}: ${attemptResult(record)}${outputEnd(record)}`;
}

/** The last line of the output, if the command did not succeed: it often says why. */
function outputEnd({ outcome }: AttemptRecord): string {
  if (outcome === undefined || outcome.exit_code === 0) return "";
  const line = outcome.log_tail.trimEnd().split("\n").at(-1) ?? "";
  return line === "" ? "" : `; its output ends with ${quoted(line)}`;
}

/** How an attempt ended, as a clause. */
export function attemptResult({ outcome }: AttemptRecord): string {
  if (outcome === undefined) return "running, or its end is unknown";
  const took = describeDuration(outcome.duration_ms / 1000);
  if (outcome.timed_out) return `killed at its time limit, after ${took}`;
  if (outcome.unwatched === true) return `ended within ${took}; ${EXIT_CODE_UNKNOWN}`;
  return outcome.error ?? `ended with ${outcome.exit_code ?? outcome.signal} after ${took}`;
}

function eventText(event: Event): string {
  const { problems, reason, until } = event;
  const why = reason === undefined ? problems?.map(({ text }) => text).join("; ") : quoted(reason);
  return `${whatHappened(event)}${until === undefined ? "" : ` until ${until}`}${why ? `: ${why}` : ""}`;
}

/** Texts for events whose names are not clear enough. */
const HAPPENED: Partial<Record<Event["event"], string>> = {
  "gave-up": "given up",
  flapping: "keeps changing",
  steady: "has settled",
  forgotten: "its orders and attempts were removed",
};

/** The event without its reason, such as "now stale, was healthy". */
function whatHappened({ event, from, to }: Event): string {
  const name = HAPPENED[event] ?? (event === "changed" ? undefined : event);
  if (to === undefined) return name ?? event;
  const status = to === null ? "its cell is gone" : `now ${to}`;
  const before = from === null || from === undefined ? "first seen" : `was ${from}`;
  return `${name === undefined ? "" : `${name}: `}${status}, ${before}`;
}

function ordersText(orders: Orders | "unreadable"): string[] {
  if (orders === "unreadable") return ["its orders cannot be read: it is not revived"];
  const { snooze, quarantine } = orders;
  return [
    ...(snooze === undefined ? [] : [`snoozed until ${snooze.until}`]),
    ...(quarantine === undefined ? [] : [`quarantined: ${quoted(quarantine.reason)}`]),
  ];
}

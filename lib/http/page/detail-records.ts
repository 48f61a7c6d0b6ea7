/**
 * What is stored about a cell: orders, attempts, artifacts, and its history.
 *
 * @module
 */
import type { ActiveOrder, CellRecords, SuperviseRecords } from "../../contract/cell-records.ts";
import type { Event } from "../../contract/event.ts";
import type { StatusChange } from "../../verdict/changes.ts";
import type { CellDetail } from "../rules/cell-detail.ts";
import { changeItem, changeList, section } from "./detail-sections.ts";
import { element, untrusted } from "./elements.ts";
import { type StripDay, stripOf, stripText } from "./rules/history-strip.ts";
import { serverClock } from "./state.ts";
import { showMoment, untrustedText } from "./zone.ts";

type Parts = readonly (Node | string)[];

/** More are printed by: supervise history. */
const MAX_EVENTS = 20;

/** The orders that are in effect, and the attempts to revive the mission. */
export function orderSections({ records }: CellDetail): Parts {
  const supervise = records?.supervise ?? null;
  if (supervise === null) return [];
  const { orders, attempts } = supervise;
  const tried = attempts?.map(({ number, at, result }) =>
    element("li", {}, `${number}, ${at === null ? "" : showMoment(at)}: `, untrusted(result)),
  );
  return [
    ...(orders?.length === 0 ? [] : section("Orders", orderList(orders))),
    ...(tried?.length === 0 ? [] : section("Attempts to revive it", listOf(tried?.toReversed()))),
  ];
}

const UNREADABLE = "They cannot be read.";

const listOf = (items: readonly Node[] | undefined): Node =>
  items === undefined ? element("p", {}, UNREADABLE) : element("ul", {}, ...items);

const orderList = (orders: readonly ActiveOrder[] | null): Node =>
  orders === null
    ? element("p", {}, `${UNREADABLE} Nothing is revived.`)
    : listOf(orders.map(orderItem));

const ORDER_TEXTS = {
  hold: "All missions are held",
  snooze: "Snoozed",
  quarantine: "Quarantined",
} as const;

function orderItem({ order, at, until, reason = "" }: ActiveOrder): Node {
  const since = at === null ? "" : ` since ${showMoment(at)}`;
  const end = until === undefined ? "" : `, until ${showMoment(until)}`;
  const why = reason === "" ? [] : [": ", untrusted(reason)];
  return element("li", {}, `${ORDER_TEXTS[order]}${since}${end}`, ...why);
}

/** The objective, and the artifacts' names. */
export function contentSections({ records }: CellDetail): Parts {
  const { objective = null, artifacts = null } = records ?? {};
  return [
    ...(objective === null ? [] : section("Objective", untrustedText(objective))),
    ...(artifacts === null ? [] : section("Artifacts", artifactList(artifacts))),
  ];
}

function artifactList({ names, has_more }: NonNullable<CellRecords["artifacts"]>): Node {
  if (names.length === 0) return element("p", { class: "quiet" }, "None.");
  const items = names.map((name) => element("li", { class: "mono" }, untrusted(name)));
  return element("ul", {}, ...items, ...(has_more ? [element("li", {}, "and more")] : []));
}

/** The cell's history from supervise's event log; without one, since the server started. */
export function historySections({ records, changes, cell }: CellDetail): Parts {
  const supervise = records?.supervise ?? null;
  if (supervise === null) return section("Changes since the server started", changeList(changes));
  const days = stripOf(supervise, cell.status, serverClock.now());
  return section("History", element("div", {}, strip(days), eventList(supervise)));
}

function strip(days: readonly StripDay[]): Node {
  const bars = days.map(({ from, status }) => {
    const title = `From ${showMoment(from)}: ${status ?? "not recorded"}`;
    return element("i", { title, ...(status === null ? {} : { "data-kind": status }) });
  });
  const text = element("p", { class: "quiet" }, `${stripText(days)}.`);
  return element(
    "div",
    {},
    element("div", { class: "strip", "aria-hidden": "true" }, ...bars),
    text,
  );
}

function eventList({ events }: SuperviseRecords): Node {
  if (events === null) return element("p", {}, UNREADABLE);
  const items = events.slice(-MAX_EVENTS).toReversed().map(eventItem);
  return element("ol", { class: "steps" }, ...items);
}

function eventItem({ event, at, from = null, to, problems = [], reason = "" }: Event): Node {
  if (to !== undefined) return changeItem({ at, from, to, problems } satisfies StatusChange);
  const time = element("time", { class: "quiet", datetime: at }, showMoment(at));
  return element("li", { class: "step" }, event, time, untrusted(reason));
}

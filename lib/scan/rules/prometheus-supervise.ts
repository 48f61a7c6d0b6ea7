/**
 * Prometheus metrics of a root's supervise: missions given up, orders and their age, notifications.
 *
 * @module
 */
import type { RouteCounts, Supervision, SupervisedOrder } from "../../contract/supervision.ts";
import { family, gauge, type Sample, unixSeconds } from "./exposition.ts";

const ORDERS = ["snooze", "quarantine"] as const;

/** The metrics; none where the store is absent, or cannot be read. */
export function supervisionGauges(
  supervision: Supervision | undefined,
  perCell: boolean,
): readonly string[] {
  if (supervision === undefined) return [];
  const { lastRound, givenUp, orders, routes } = supervision;
  return [
    gauge(
      "lazarus_pit_supervise_last_round_timestamp_seconds",
      "Unix time at which supervise ended its last round.",
      at([{}, lastRound]),
    ),
    gauge(
      "mission_cells_given_up",
      "Mission cells that supervise has given up for a time: their breaker is open.",
      givenUp === undefined ? [] : [[{}, givenUp.length]],
    ),
    ...(perCell
      ? [
          gauge(
            "mission_cell_given_up",
            "1 for a mission cell that supervise has given up for a time.",
            (givenUp ?? []).map((mission_id) => [{ mission_id }, 1]),
          ),
        ]
      : []),
    ...holdGauges(supervision.hold),
    ...orderGauges(orders),
    ...routeGauges(routes),
  ];
}

/** A sample with a time; none without one. */
const at = (...samples: [Sample[0], string | null][]): Sample[] =>
  samples.flatMap(([labels, time]): Sample[] =>
    time === null ? [] : [[labels, unixSeconds(time)]],
  );

const holdGauges = (hold: Supervision["hold"]): string[] => [
  gauge("lazarus_pit_hold", "1 while an operator's hold keeps supervise from reviving anything.", [
    [{}, hold === undefined ? 0 : 1],
  ]),
  gauge(
    "lazarus_pit_hold_since_timestamp_seconds",
    "Unix time at which the current hold was given.",
    at([{}, hold?.since ?? null]),
  ),
];

function orderGauges(orders: readonly SupervisedOrder[]): string[] {
  const ofKind = (kind: string) => orders.filter(({ order }) => order === kind);
  const oldestOf = (kind: string) =>
    ofKind(kind)
      .flatMap(({ since }) => since ?? [])
      .toSorted()[0] ?? null;
  return [
    gauge(
      "lazarus_pit_orders",
      "Missions that an operator's order keeps supervise from reviving.",
      ORDERS.map((order) => [{ order }, ofKind(order).length]),
    ),
    gauge(
      "lazarus_pit_oldest_order_timestamp_seconds",
      "Unix time at which the oldest such order was given.",
      at(...ORDERS.map((order): [Sample[0], string | null] => [{ order }, oldestOf(order)])),
    ),
  ];
}

function routeGauges(routes: readonly RouteCounts[]): string[] {
  const each = (value: (counts: RouteCounts) => number): Sample[] =>
    routes.map((counts) => [{ route: counts.route }, value(counts)]);
  return [
    gauge(
      "lazarus_pit_notifications_waiting",
      "Notifications that their receiver has not taken yet.",
      each(({ waiting }) => waiting),
    ),
    gauge(
      "lazarus_pit_notifications_oldest_timestamp_seconds",
      "Unix time of the oldest notification that waits.",
      at(...routes.map(({ route, oldest }): [Sample[0], string | null] => [{ route }, oldest])),
    ),
    family(
      "lazarus_pit_notification_failures_total",
      "counter",
      "Deliveries that failed, and are tried again, since supervise started.",
      each(({ failed }) => failed),
    ),
    family(
      "lazarus_pit_notifications_refused_total",
      "counter",
      "Notifications that their receiver refused for good, since supervise started.",
      each(({ refused }) => refused),
    ),
  ];
}

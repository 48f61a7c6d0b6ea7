/**
 * The panels of the Grafana dashboard about supervise: what it gave up, orders, notifications.
 *
 * @module
 */
import { counter, HOST, type Panel, series } from "./dashboard-parts.ts";

export const SUPERVISE_PANELS: readonly Panel[] = [
  counter("Given up", `sum(mission_cells_given_up{${HOST}})`),
  counter("Holds", `sum(lazarus_pit_hold{${HOST}})`),
  counter("Snoozed missions", `sum(lazarus_pit_orders{order="snooze",${HOST}})`),
  counter("Quarantined missions", `sum(lazarus_pit_orders{order="quarantine",${HOST}})`),
  counter("Notifications that wait", `sum(lazarus_pit_notifications_waiting{${HOST}})`),
  counter(
    "Failed deliveries in an hour",
    `sum(increase(lazarus_pit_notification_failures_total{${HOST}}[1h]))`,
  ),
  series("Age of the oldest notification", "s", {
    expr: `time() - lazarus_pit_notifications_oldest_timestamp_seconds{${HOST}}`,
    legend: "{{instance}} {{route}}",
  }),
  series(
    "Deliveries",
    "short",
    {
      expr: `increase(lazarus_pit_notification_failures_total{${HOST}}[5m])`,
      legend: "{{instance}} {{route}} failed",
    },
    {
      expr: `increase(lazarus_pit_notifications_refused_total{${HOST}}[5m])`,
      legend: "{{instance}} {{route}} refused",
    },
  ),
  series(
    "Age of holds and orders",
    "s",
    {
      expr: `time() - lazarus_pit_hold_since_timestamp_seconds{${HOST}}`,
      legend: "{{instance}} hold",
    },
    {
      expr: `time() - lazarus_pit_oldest_order_timestamp_seconds{${HOST}}`,
      legend: "{{instance}} {{order}}",
    },
  ),
  series("Age of the last round", "s", {
    expr: `time() - lazarus_pit_supervise_last_round_timestamp_seconds{${HOST}}`,
    legend: "{{instance}}",
  }),
];

/**
 * The panels of the Grafana dashboard, and what each one asks for.
 *
 * @module
 */

import { counter, HOST, type Panel, series } from "./dashboard-parts.ts";
import { SUPERVISE_PANELS } from "./dashboard-supervise.ts";

const MISSION_NAMES = "* on (job, instance, mission_id) group_left (title, owner) mission_info";

/** Several views show the same fleet: the highest number counts. */
const FLEET_PANELS: readonly Panel[] = [
  counter("Fleet: live hosts", `max(lazarus_pit_fleet_hosts{state="live",${HOST}})`),
  counter("Fleet: lost hosts", `max(lazarus_pit_fleet_hosts{state="lost",${HOST}})`),
  counter(
    "Fleet: hosts not read",
    `sum(max by (state) (lazarus_pit_fleet_hosts{state=~"silent|unreadable|unknown",${HOST}}))`,
  ),
  counter("Fleet: cells not known", `max(lazarus_pit_fleet_cells{status="not_known",${HOST}})`),
  counter("Fleet: missions on several hosts", `max(lazarus_pit_fleet_twice{${HOST}})`),
  counter(
    "Fleet: hosts that hold",
    `sum(lazarus_pit_fleet_member_state{state="holding",${HOST}} == 1)`,
  ),
  series("Fleet: hosts by state", "short", {
    expr: `max by (state) (lazarus_pit_fleet_hosts{${HOST}})`,
    legend: "{{state}}",
  }),
  series("Fleet: cells by status", "short", {
    expr: `max by (status) (lazarus_pit_fleet_cells{${HOST}})`,
    legend: "{{status}}",
  }),
  series("Fleet: since etcd confirmed a host", "s", {
    expr: `time() - (lazarus_pit_fleet_confirmed_timestamp_seconds{${HOST}} > 0)`,
    legend: "{{instance}}",
  }),
  series("Fleet: failed attempts to publish", "short", {
    expr: `increase(lazarus_pit_fleet_errors_total{${HOST}}[5m]) > 0`,
    legend: "{{instance}} {{kind}}",
  }),
];

/** The panels from left to right and top to bottom. */
export const PANELS: readonly Panel[] = [
  counter("Critical missions", `sum(mission_cells_attention{attention="critical",${HOST}})`),
  counter("Warnings", `sum(mission_cells_attention{attention="warning",${HOST}})`),
  counter("Silent, but running", `sum(mission_cells_silent_but_running{${HOST}})`),
  counter("Suspect hosts", `sum(lazarus_pit_observer_suspect{${HOST}})`),
  counter("Cron jobs not well", `sum(lazarus_pit_jobs{status!~"on-time|late|paused",${HOST}})`),
  counter("Hosts that answer", `sum(up{job="lazarus-pit",${HOST}})`),
  {
    title: "Missions that need a person",
    type: "table",
    unit: "short",
    width: 24,
    queries: [
      {
        expr: `(mission_cell_attention{attention=~"critical|warning",${HOST}} ${MISSION_NAMES}) == 1`,
        legend: "",
      },
    ],
  },
  series("Missions by status", "short", {
    expr: `sum by (status) (mission_cells{${HOST}})`,
    legend: "{{status}}",
  }),
  series("Suspicions", "short", {
    expr: `lazarus_pit_suspicion{${HOST}} == 1`,
    legend: "{{instance}} {{cause}}",
  }),
  series("Longest without a beat", "s", {
    expr: `topk(10, time() - (mission_cell_last_heartbeat_timestamp_seconds{${HOST}} ${MISSION_NAMES}))`,
    legend: "{{title}} {{mission_id}}",
  }),
  series("Cron jobs by status", "short", {
    expr: `sum by (status) (lazarus_pit_jobs{${HOST}}) > 0`,
    legend: "{{status}}",
  }),
  series("Age of the last scan", "s", {
    expr: `time() - lazarus_pit_last_scan_timestamp_seconds{${HOST}}`,
    legend: "{{instance}}",
  }),
  series(
    "Scans",
    "s",
    { expr: `lazarus_pit_scan_duration_seconds{${HOST}}`, legend: "{{instance}} takes" },
    { expr: `increase(lazarus_pit_scan_errors_total{${HOST}}[5m])`, legend: "{{instance}} failed" },
  ),
  ...SUPERVISE_PANELS,
  ...FLEET_PANELS,
];

/**
 * The Grafana dashboard under config/grafana/, for what Prometheus scrapes of serve-health.
 *
 * @module
 */

interface Query {
  readonly expr: string;
  readonly legend: string;
}

interface Panel {
  readonly title: string;
  readonly type: "stat" | "timeseries" | "table";
  readonly unit: string;
  /** Of 24 columns. */
  readonly width: number;
  readonly queries: readonly Query[];
}

/** The host that is chosen at the top of the dashboard. */
const HOST = 'instance=~"$instance"';
const MISSION_NAMES = "* on (job, instance, mission_id) group_left (title, owner) mission_info";

const counter = (title: string, expr: string): Panel => ({
  title,
  type: "stat",
  unit: "short",
  width: 4,
  queries: [{ expr, legend: title }],
});

const series = (title: string, unit: string, ...queries: Query[]): Panel => ({
  title,
  type: "timeseries",
  unit,
  width: 12,
  queries,
});

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
];

const COLUMNS = 24;
const HEIGHTS: Readonly<Record<Panel["type"], number>> = { stat: 4, table: 9, timeseries: 8 };
const DATASOURCE = { type: "prometheus", uid: "$datasource" };

const panelJson = ({ title, type, unit, queries }: Panel, id: number, gridPos: object) => ({
  id,
  title,
  type,
  datasource: DATASOURCE,
  gridPos,
  fieldConfig: { defaults: { unit }, overrides: [] },
  targets: queries.map(({ expr, legend }, at) => ({
    refId: String.fromCharCode(65 + at),
    datasource: DATASOURCE,
    expr,
    legendFormat: legend,
    ...(type === "table" ? { format: "table", instant: true } : {}),
  })),
});

/** Places the panels in rows. */
function placedPanels(): object[] {
  let [x, y, rowHeight] = [0, 0, 0];
  return PANELS.map((panel, at) => {
    if (x + panel.width > COLUMNS) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const h = HEIGHTS[panel.type];
    const gridPos = { x, y, w: panel.width, h };
    [x, rowHeight] = [x + panel.width, Math.max(rowHeight, h)];
    return panelJson(panel, at + 1, gridPos);
  });
}

const VARIABLES = [
  { name: "datasource", type: "datasource", query: "prometheus" },
  {
    name: "instance",
    type: "query",
    datasource: DATASOURCE,
    query: "label_values(lazarus_pit_build_info, instance)",
    refresh: 2,
    includeAll: true,
    multi: true,
    current: { text: "All", value: "$__all" },
  },
];

/** The content of config/grafana/lazarus-pit.json. */
export const dashboardText = (): string =>
  `${JSON.stringify(
    {
      uid: "lazarus-pit",
      title: "Lazarus Pit",
      tags: ["lazarus-pit"],
      schemaVersion: 39,
      refresh: "30s",
      time: { from: "now-6h", to: "now" },
      templating: { list: VARIABLES },
      panels: placedPanels(),
    },
    null,
    2,
  )}\n`;

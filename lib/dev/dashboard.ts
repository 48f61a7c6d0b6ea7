/**
 * The Grafana dashboard under config/grafana/, for what Prometheus scrapes of serve-health.
 *
 * @module
 */

import { PANELS } from "./dashboard-panels.ts";
import type { Panel } from "./dashboard-parts.ts";

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

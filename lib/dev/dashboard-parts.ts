/**
 * What the panels of the Grafana dashboard are made of.
 *
 * @module
 */

interface Query {
  readonly expr: string;
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  readonly type: "stat" | "timeseries" | "table";
  readonly unit: string;
  /** Of 24 columns. */
  readonly width: number;
  readonly queries: readonly Query[];
}

/** The host that is chosen at the top of the dashboard. */
export const HOST = 'instance=~"$instance"';

export const counter = (title: string, expr: string): Panel => ({
  title,
  type: "stat",
  unit: "short",
  width: 4,
  queries: [{ expr, legend: title }],
});

export const series = (title: string, unit: string, ...queries: Query[]): Panel => ({
  title,
  type: "timeseries",
  unit,
  width: 12,
  queries,
});

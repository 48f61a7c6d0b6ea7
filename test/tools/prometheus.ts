/**
 * Debian's Prometheus with the configuration and the alerts of config/prometheus/, for tests.
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type backgrounds, freePort } from "./background.ts";

const read = (name: string) =>
  readFileSync(join(import.meta.dir, "../../config/prometheus", name), "utf8");
export const ALERTS = read("alerts.yml");
const CONFIG = read("prometheus.yml");

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: string;
}
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}
export interface Prometheus {
  query(text: string): Promise<readonly Sample[]>;
  alerts(): Promise<readonly Alert[]>;
}

interface PrometheusOptions {
  /** Where it keeps its files; a token is there in the file `token`. */
  readonly directory: string;
  /** The host and port to scrape. */
  readonly target: string;
  readonly alerts: string;
  readonly hasToken: boolean;
}

/** Starts one that scrapes and evaluates each second. It looks for its target 5 seconds after its start. */
export function startPrometheus(
  start: ReturnType<typeof backgrounds>,
  { directory, target, alerts, hasToken }: PrometheusOptions,
): Prometheus {
  const config = CONFIG.replaceAll("15s", "1s").replace("127.0.0.1:8471", target);
  writeFileSync(join(directory, "prometheus.yml"), hasToken ? withToken(config) : config);
  writeFileSync(join(directory, "alerts.yml"), alerts);
  const address = `127.0.0.1:${freePort()}`;
  const flags = { "config.file": "prometheus.yml", "storage.tsdb.path": "data" };
  const argv = Object.entries({ ...flags, "web.listen-address": address });
  start(["prometheus", ...argv.map(([flag, value]) => `--${flag}=${value}`)], directory);
  const get = async (path: string): Promise<unknown> =>
    (await fetch(`http://${address}/api/v1${path}`)).json();
  return {
    async query(text) {
      const answer = await get(`/query?query=${encodeURIComponent(text)}`);
      return (answer as { data: { result: Sample[] } }).data.result;
    },
    async alerts() {
      return ((await get("/alerts")) as { data: { alerts: Alert[] } }).data.alerts;
    },
  };
}

const withToken = (config: string): string =>
  config
    .replace("# authorization:", "authorization:")
    .replace(
      "#   credentials_file: /etc/prometheus/lazarus-pit.token",
      "  credentials_file: token",
    );
